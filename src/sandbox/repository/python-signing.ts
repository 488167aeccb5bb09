/**
 * Inside a function of Python's: takes the order from descriptor 4. Modules that the launcher uses are loaded next,
 * before anything of the repository's.
 */
export const PYTHON_ORDER = `    import ast, copy, hashlib, hmac, json, os, sys
    with open(4, "rb") as given:
        order = json.loads(given.read())`;

/** After it: `emit` signs a line for descriptor 3, which nothing else has any more. */
export const PYTHON_SIGNING = `    key = bytes.fromhex(order["key"])
    root = os.getcwd()
    count = 0
    write, dumps, new, sha256, fileno = os.write, json.dumps, hmac.new, hashlib.sha256, os.dup(3)
    os.close(3)
    def emit(record):
        nonlocal count
        record["n"] = count
        count += 1
        body = dumps(record).encode()
        line = new(key, body, sha256).hexdigest().encode() + b" " + body + b"\\n"
        while line:
            line = line[write(fileno, line):]
    emit({"kind": "start"})`;

/**
 * After that: `add_twins` gives some tests of a body, of a file or of a class in it, twins that fail at once and are
 * the same otherwise; a runner that is changed for what tests look like changes them too.
 */
export const PYTHON_TWINS = `    twins = []
    def add_twins(body, path, *scopes):
        scope = "".join(scopes)
        called = lambda name: "::".join([path, *scopes, name])
        tests = [node for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test") and called(node.name) not in order["own"]]
        ranked = sorted(tests, key=lambda node: new(key, (scope + node.name).encode(), sha256).digest())
        for node in ranked[:order["twins"]]:
            twin = copy.deepcopy(node)
            twin.name = "test_" + new(key, (path + scope + node.name).encode(), sha256).hexdigest()[:12]
            place = 1 if ast.get_docstring(node) is not None else 0
            twin.body[place:place] = ast.parse("assert %d == %d" % (len(key), len(key) + 1)).body
            body.append(twin)
            twins.append(called(twin.name))`;
