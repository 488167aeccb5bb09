/**
 * The Python side of both processes: `run()` reads one request from the device, a line of JSON, and writes what came of
 * it. It is loaded before anything else, so that the copy of the memory which is restored has it. Nothing here guards
 * anything: an answer shares the interpreter and may change all of it, but it finds only its own arguments here.
 */
export const PYTHON_SOURCE: string = String.raw`
import sys, os, types, json, builtins, ast, linecache, traceback
import abc, array, bisect, cmath, collections, collections.abc, contextlib, copy, dataclasses, datetime, decimal, enum
import fractions, functools, hashlib, heapq, io, itertools, math, numbers, operator, queue, random, re, statistics
import string, textwrap, time, typing, unicodedata

DEVICE = "/dev/aha"
MOST_DEPTH = 60
MOST_ITEMS = 1_000_000
MOST_ITERATED = 100_000
MOST_CHARACTERS = 4_000_000


class NotPlain(Exception):
    pass


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


class Encoder:
    def __init__(self):
        self.items = 0
        self.characters = 0

    def count(self, characters):
        self.items += 1
        self.characters += characters
        if self.items > MOST_ITEMS or self.characters > MOST_CHARACTERS:
            raise NotPlain("a value that is too large")

    def many(self, values, depth):
        return [self.encode(value, depth + 1) for value in values]

    def pairs(self, values, depth):
        return [[self.encode(key, depth + 1), self.encode(value, depth + 1)] for key, value in values]

    def encode(self, value, depth=0):
        if depth > MOST_DEPTH:
            raise NotPlain("a value that is nested too deeply")
        kind = type(value)
        if value is None or kind is bool:
            self.count(4)
            return value
        if kind is str:
            self.count(len(value))
            return value
        if kind is int:
            self.count(value.bit_length() // 4 + 3)
            return ["i", hex(value)]
        if kind is float:
            self.count(24)
            return ["f", repr(value)]
        if kind is complex:
            self.count(48)
            return ["c", repr(value.real), repr(value.imag)]
        if kind is bytes or kind is bytearray:
            self.count(2 * len(value))
            return ["b", value.hex()]
        self.count(4)
        if kind is list:
            return ["l", self.many(value, depth)]
        if kind is tuple:
            return ["t", self.many(value, depth)]
        if kind is set:
            return ["s", self.many(value, depth)]
        if kind is frozenset:
            return ["z", self.many(value, depth)]
        if kind in (dict, collections.defaultdict, collections.OrderedDict, collections.Counter):
            return ["d", self.pairs(dict.items(value), depth)]
        if kind is range:
            return ["r", hex(value.start), hex(value.stop), hex(value.step)]
        if isinstance(value, collections.abc.Iterator):
            values = list(itertools.islice(value, MOST_ITERATED + 1))
            if len(values) > MOST_ITERATED:
                raise NotPlain("an iterator without an end in sight")
            return ["g", self.many(values, depth)]
        raise NotPlain("a value of the type " + str(kind.__name__))


def decode(value):
    if not isinstance(value, list):
        return value
    tag = value[0]
    if tag == "i":
        return int(value[1], 16)
    if tag == "f":
        return float(value[1])
    if tag == "c":
        return complex(float(value[1]), float(value[2]))
    if tag == "b":
        return bytes.fromhex(value[1])
    if tag == "r":
        return range(*(int(part, 16) for part in value[1:]))
    if tag == "d":
        return {decode(key): decode(item) for key, item in value[1]}
    many = [decode(item) for item in value[1]]
    if tag == "l":
        return many
    if tag == "t":
        return tuple(many)
    if tag == "s":
        return set(many)
    if tag == "z":
        return frozenset(many)
    return iter(many)


def short(error):
    text = str(error)
    name = type(error).__name__
    return (name + ": " + text if text else name)[:300]


def load(program, name):
    module = types.ModuleType(name)
    sys.modules[name] = module
    space = module.__dict__
    prelude, code = program.get("prelude", ""), program["code"]
    try:
        compiled = compile(code, "<answer>", "exec")
    except IndentationError:
        if not prelude:
            raise
        compiled, prelude = compile(prelude + "\n" + code, "<answer>", "exec"), ""
    if prelude:
        exec(compile(prelude, "<task>", "exec"), space)
    exec(compiled, space)
    return space


def find_entry(space, name):
    found = space.get(name)
    if found is None and isinstance(space.get("Solution"), type):
        found = getattr(space["Solution"](), name, None)
    return found


def answer_call(request):
    try:
        space = load(request, "solution")
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
        return {"value": Encoder().encode(value)}
    except NotPlain as error:
        return {"bad": "gave " + str(error)}
    except Exception as error:
        return {"raised": [base_name(error), short(error)]}
    except BaseException as error:
        return {"bad": "ended by " + short(error)}


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
        return {"bad": "raised " + short(error)}
    for stream in (sys.stdout, sys.__stdout__):
        try:
            stream.flush()
        except Exception as error:
            return {"bad": "raised " + short(error)}
    return {"done": True}


class Fault(Exception):
    pass


class Remote:
    def __init__(self, calls, name):
        self.__calls, self.__name__ = calls, name

    def __call__(self, *args, **keywords):
        return self.__calls.call(self.__name__, args, keywords)


class Calls:
    def __init__(self, device):
        self.device = device
        self.made = 0
        self.last = None

    def call(self, name, args, keywords):
        self.made += 1
        try:
            encoder = Encoder()
            sent = encoder.many(args, 0)
            named = [[key, encoder.encode(value)] for key, value in keywords.items()]
        except NotPlain as error:
            raise Fault("passes " + str(error)) from None
        self.device.write({"call": name, "args": sent, "keywords": named})
        reply = self.device.read()
        self.last = None
        if "value" in reply:
            return decode(reply["value"])
        if "raised" in reply:
            kind, text = reply["raised"]
            found = getattr(builtins, kind, Exception)
            if not (isinstance(found, type) and issubclass(found, Exception)) or found is AssertionError:
                found = Exception
            try:
                error = found(text)
            except Exception:
                error = Exception(text)
            self.last = error
            raise error
        raise Stopped()


def failed_line(error, source):
    lines = source.split("\n")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == "<test>" and frame.lineno and frame.lineno <= len(lines):
            return lines[frame.lineno - 1].strip()[:200]
    return "the test"


def judge(request, device):
    calls = Calls(device)
    source = request["test"]
    space = types.ModuleType("test").__dict__
    space["__name__"] = "test"
    try:
        # What the task gives to the answer the test may use too.
        exec(compile(request["prelude"], "<task>", "exec"), space)
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
    except Fault as error:
        return {"fault": "the test " + str(error)}
    except (SyntaxError, NameError, ImportError) as error:
        if error is calls.last:
            return {"wrong": "raised " + str(error)}
        return {"fault": "the test raised " + short(error)}
    except AssertionError as error:
        if calls.made == 0:
            return {"fault": "the test failed before it called the answer"}
        return {"wrong": "failed: " + failed_line(error, source)}
    except BaseException as error:
        if error is calls.last:
            return {"wrong": "raised " + str(error)}
        if calls.made == 0 or isinstance(error, (SystemExit, KeyboardInterrupt, MemoryError)):
            return {"fault": "the test raised " + short(error)}
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


def run_checker(request):
    space = types.ModuleType("checker").__dict__
    try:
        exec(compile(request["checker"], "<checker>", "exec"), space)
        right = space["check"](request["stdin"], request["output"])
    except BaseException as error:
        return {"fault": "the checker raised " + short(error)}
    if right is not True and right is not False:
        return {"fault": "the checker gave " + type(right).__name__ + " in the place of True or False"}
    return {"right": True} if right else {"wrong": "the checker refused the output"}


def run():
    device = Device()
    request = device.read()
    kind = request["op"]
    if kind == "call":
        reply = answer_call(request)
    elif kind == "stdio":
        reply = answer_stdio(request)
    elif kind == "check":
        reply = judge(request, device)
    else:
        reply = run_checker(request)
    device.write(reply)
`;
