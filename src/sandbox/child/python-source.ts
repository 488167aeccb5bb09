import { PYTHON_ALONE } from "./python-alone.ts";
import { PYTHON_VALUES } from "./python-values.ts";

/**
 * The Python side of both processes: `run()` reads one request from the device, a line of JSON, and writes what came of
 * it. It is loaded before anything else, so that the copy of the memory which is restored has it. Nothing here guards
 * anything: an answer shares the interpreter and may change all of it, but it finds only its own arguments here.
 */
export const PYTHON_SOURCE: string = String.raw`
import sys, os, types, json, builtins, ast, linecache, traceback
import abc, array, asyncio, atexit, bisect, cmath, collections, collections.abc, concurrent.futures.thread
import contextlib, copy, dataclasses, datetime, decimal, enum
import fractions, functools, hashlib, heapq, io, itertools, math, numbers, operator, queue, random, re, statistics
import string, textwrap, threading, time, typing, unicodedata

DEVICE = "/dev/aha"


${PYTHON_VALUES}

${PYTHON_ALONE}

class Stopped(BaseException):
    pass


class Device:
    def __init__(self):
        self.fd = os.open(DEVICE, os.O_RDWR)
        self.rest = b""

    def read(self):
        while b"\n" not in self.rest:
            piece = os.read(self.fd, 1 << 20)
            if not piece:
                raise Stopped("no more requests")
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def write(self, message):
        data = memoryview((json.dumps(message) + "\n").encode())
        while data:
            data = data[os.write(self.fd, data):]


def short(error):
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        return ("needs the module " + error.name + ", which isn't in the sandbox")[:300]
    text = str(error)
    name = type(error).__name__
    return (name + ": " + text if text else name)[:300]


def raised(error):
    text = short(error)
    return text if isinstance(error, ModuleNotFoundError) else "raised " + text


def compiled(source, name):
    try:
        return compile(source, name, "exec")
    except SyntaxError:
        return None


def load(program, name):
    module = types.ModuleType(name)
    module.__file__ = "answer.py"
    sys.modules[name] = module
    space = module.__dict__
    prelude, code = program.get("prelude", ""), program["code"]
    given = compiled(prelude, "<task>")
    try:
        own = compile(code, "<answer>", "exec")
    except SyntaxError:
        # A body alone goes on with the task's function; its first line may have lost its indent.
        whole = (compiled(prelude + "\n" + indent + code, "<answer>") for indent in ("", "    "))
        given, own = None, next((each for each in whole if prelude and each is not None), None)
        if own is None:
            raise
    if given is not None:
        exec(given, space)
    exec(own, space)
    return space


def find_entry(space, name):
    found = space.get(name)
    if found is None and isinstance(space.get("Solution"), type):
        found = getattr(space["Solution"](), name, None)
    return found


# What the present answer defines.
SPACE = {}


def make(name, args, keywords):
    """An object of the answer's own class, made anew: nothing else of it was kept."""
    return find_entry(SPACE, name)(*(decode(each) for each in args), **{key: decode(each) for key, each in keywords})


def has_objects(sent):
    return '["o", ' in json.dumps(sent)


def answer_call(request):
    global SPACE
    try:
        SPACE = space = load(request, "solution")
    except SystemExit:
        return {"bad": "ended itself when loaded"}
    except BaseException as error:
        return {"bad": "could not be loaded: " + short(error)}
    entry = find_entry(space, request["entry"])
    if not callable(entry):
        return {"bad": "has no function " + request["entry"]}
    try:
        args = [decode(value) for value in request["args"]]
        keywords = {key: decode(value) for key, value in request["keywords"]}
        value = entry(*args, **keywords)
        if isinstance(entry, type) and type(value) is entry and plain_base(value) is None:
            return {"made": entry.__name__}
        reply = {"value": Encoder().encode(value)}
        if value is None:
            # It may have worked on what it was given. One that gives a value too must be judged by that alone.
            try:
                reply["args"] = Encoder().many(args, 0)
            except NotPlain:
                # Objects of its own class can't be told of; what else it made of its arguments is its fault.
                if not has_objects(request["args"]):
                    raise
        return reply
    except NotPlain as error:
        return {"bad": "gave " + str(error)}
    except Exception as error:
        return {"raised": [base_name(error), short(error)], "said": said(error)}
    except BaseException as error:
        return {"bad": "ended by " + short(error)}


def said(error):
    try:
        return Encoder().many(error.args, 0)
    except NotPlain:
        return [str(error)[:300]]


def base_name(error):
    for kind in type(error).__mro__:
        if getattr(builtins, kind.__name__, None) is kind:
            return kind.__name__
    return "Exception"


def answer_stdio(request):
    try:
        load(request, "__main__")
    except SystemExit as error:
        if error.code not in (None, 0, False):
            return {"bad": "ended with the exit code " + str(error.code)[:100]}
    except BaseException as error:
        return {"bad": raised(error)}
    try:
        # In the order of an interpreter that ends.
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.__stdout__):
            if stream is not None and not getattr(stream, "closed", False):
                stream.flush()
    except BaseException as error:
        return {"bad": raised(error)}
    return {"done": True}


class Remote:
    def __init__(self, calls, name):
        self.__calls, self.__name__ = calls, name

    def __call__(self, *args, **keywords):
        return self.__calls.call(self.__name__, args, keywords)


class Made:
    """What the answer's own class gave: the test may pass it to the answer, and can't look into it."""

    def __init__(self, calls, kind, made):
        for key, value in (("calls", calls), ("kind", kind), ("made", made)):
            object.__setattr__(self, "_Made__" + key, value)

    def __compare(self, other):
        if type(other) is Made:
            return self.__look()
        self.__calls.refuse({"wrong": "the answer gave a value of the type " + self.__kind})

    def __look(self, *args):
        self.__calls.refuse({"fault": "the test looks into an object of the answer, of the type " + self.__kind})

    def __getattr__(self, name):
        self.__look()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __compare
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __compare

    def __bool__(self):
        self.__compare(None)

    __hash__ = __int__ = __float__ = __index__ = __abs__ = __bool__
    __str__ = __repr__ = __format__ = __len__ = __iter__ = __getitem__ = __contains__ = __call__ = __look
    __setattr__ = __delattr__ = __setitem__ = __enter__ = __exit__ = __next__ = __reduce_ex__ = __look


class Calls:
    def __init__(self, device):
        self.device = device
        self.made = 0
        self.last = None
        self.last_text = ""
        self.refused = None
        self.lost = False

    def refuse(self, outcome):
        """Ends the test: whatever it catches, this is what came of it."""
        self.refused = self.refused or outcome
        raise Stopped()

    def call(self, name, args, keywords):
        self.made += 1
        try:
            encoder = Encoder()
            sent = encoder.many(args, 0)
            named = [[key, encoder.encode(value)] for key, value in keywords.items()]
        except NotPlain as error:
            self.refuse({"fault": "the test passes " + str(error)})
        self.device.write({"call": name, "args": sent, "keywords": named})
        reply = self.device.read()
        self.last = None
        if "made" in reply:
            return Made(self, reply["made"], [name, sent, named])
        if "value" in reply:
            self.lost |= reply["value"] is None and has_objects(sent)
            for old, new in zip(args, reply.get("args", [])):
                write_back(old, decode(new))
            return decode(reply["value"])
        if "raised" in reply:
            kind, self.last_text = reply["raised"]
            found = getattr(builtins, kind, Exception)
            if not (isinstance(found, type) and issubclass(found, Exception)) or found in NEVER_RAISED:
                found = Exception
            try:
                error = found(*(decode(each) for each in reply.get("said", [])))
            except Exception:
                error = Exception(self.last_text)
            self.last = error
            raise error
        raise Stopped()


# What a test's own parts would take for their end, and not for an error: a map that calls the answer, an assertion.
NEVER_RAISED = (AssertionError, StopIteration, StopAsyncIteration)


def write_back(old, new):
    if type(old) is not type(new):
        return
    if type(old) is list:
        old[:] = new
    elif type(old) in (dict, set):
        old.clear()
        old.update(new)


def failed_line(error, source):
    lines = source.split("\n")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == "<test>" and frame.lineno and frame.lineno <= len(lines):
            return lines[frame.lineno - 1].strip()[:200]
    return "the test"


def judge(request, device):
    calls = Calls(device)
    outcome = tested(request, calls)
    outcome = calls.refused or outcome
    if calls.lost and "wrong" in outcome:
        return {"fault": "what the answer changes in objects of its own class can't be seen by the test"}
    return outcome


def tested(request, calls):
    source = request["test"]
    space = types.ModuleType("test").__dict__
    space["__name__"] = "test"
    try:
        # What the task gives to the answer the test may use too.
        given = compiled(request["prelude"], "<task>")
        if given is not None:
            exec(given, space)
        for name in request["names"]:
            space[name] = Remote(calls, name if name != "candidate" else request["entry"])
        tree = ast.parse(source, "<test>")
        if request["free"]:
            for name in free_names(tree):
                space[name] = Remote(calls, name)
        exec(compile(tree, "<test>", "exec"), space)
        if calls.made == 0 and callable(space.get("check")):
            space["check"](space["candidate"])
    except Stopped:
        return {"stopped": True}
    except (SyntaxError, NameError, ImportError) as error:
        if error is calls.last:
            return {"wrong": "raised " + calls.last_text}
        return {"fault": "the test " + raised(error)}
    except AssertionError as error:
        if calls.made == 0:
            return {"fault": "the test failed before it called the answer"}
        return {"wrong": "failed: " + failed_line(error, source)}
    except BaseException as error:
        if error is calls.last:
            return {"wrong": "raised " + calls.last_text}
        if calls.made == 0 or isinstance(error, (SystemExit, KeyboardInterrupt, MemoryError)):
            return {"fault": "the test " + raised(error)}
        return {"wrong": "the test could not use what came: " + short(error)}
    if calls.made == 0:
        return {"fault": "the test never calls the answer"}
    return {"right": True}


def free_names(tree):
    stored, loaded = set(), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                loaded.append(node.id)
            else:
                stored.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            stored.add(node.name)
        elif isinstance(node, ast.arg):
            stored.add(node.arg)
        elif isinstance(node, ast.alias):
            stored.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            stored.add(node.name)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return [name for name in dict.fromkeys(loaded) if name in called and name not in stored and not hasattr(builtins, name)]


def run_prelude(request):
    """Whether a task's own lines can do without an answer."""
    given = compiled(request["prelude"], "<task>")
    try:
        if given is not None:
            exec(given, types.ModuleType("task").__dict__)
    except BaseException as error:
        return {"fault": "the task's own lines can't be run: " + short(error)}
    return {"right": True}


def run_checker(request):
    space = types.ModuleType("checker").__dict__
    try:
        exec(compile(request["checker"], "<checker>", "exec"), space)
        right = space["check"](request["stdin"], request["output"])
    except BaseException as error:
        return {"fault": "the checker " + raised(error)}
    if right is not True and right is not False:
        return {"fault": "the checker gave " + type(right).__name__ + " in the place of True or False"}
    return {"right": True} if right else {"wrong": "the checker refused the output"}


def run():
    device = Device()
    request = device.read()
    # Pyodide puts its own loop there, which is JavaScript's.
    asyncio.run = asyncio.runners.run
    asyncio.events._set_event_loop_policy(LoopPolicy())
    asyncio.events._set_running_loop(None)
    kind = request["op"]
    if kind == "call":
        reply = answer_call(request)
    elif kind == "stdio":
        reply = answer_stdio(request)
    elif kind == "check":
        reply = judge(request, device)
    elif kind == "prelude":
        reply = run_prelude(request)
    else:
        reply = run_checker(request)
    device.write(reply)
`;
