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
