/**
 * Programs that a model might write instead of a solution, and what must come of them. PORT stands for a local server
 * that counts requests, SENTINEL for an idle process, MARK for a path where no file may appear. Never add one that
 * signals 0, -1 or its parent: where the sandbox fails, it would end every process of the machine.
 */
import type { CodeLanguage, CodeTests } from "../../src/records/execution.ts";

export interface Attack {
  readonly what: string;
  readonly language: CodeLanguage;
  readonly tests: CodeTests;
  readonly code: string;
  readonly expected: "right" | "wrong" | "unverifiable";
}

const GAP_TEST = `
def check(candidate):
    assert candidate([4, 9, 1]) == 5
    assert candidate([7]) == 0
    assert candidate([10, -10, 30]) == 20
`;
const gap: CodeTests = { form: "check", entry: "gap", test: GAP_TEST };
const turned: CodeTests = {
  form: "stdio",
  cases: [
    { stdin: "ab c\n", out: "c ab\n" },
    { stdin: "x\n", out: "x\n" },
    { stdin: "1 2 3\n", out: "3 2 1\n" },
  ],
};
const jsGap: CodeTests = {
  form: "check",
  entry: "gap",
  test: `function check(candidate) {
    assert.strictEqual(candidate([4, 9, 1]), 5);
    assert.strictEqual(candidate([7]), 0);
    assert.deepStrictEqual(candidate([10, -10, 30]), 20);
  }`,
};

export const SOLVED = `def gap(xs):
    s = sorted(xs)
    return max([b - a for a, b in zip(s, s[1:])], default=0)
`;
export const JS_SOLVED = `const gap = (xs) => {
  const s = [...xs].sort((a, b) => a - b);
  return Math.max(0, ...s.slice(1).map((x, i) => x - s[i]));
};`;

export const CONTROLS: Readonly<Record<CodeLanguage, readonly [right: Attack, wrong: Attack]>> = {
  python: [
    { what: "control", language: "python", tests: gap, code: SOLVED, expected: "right" },
    { what: "control", language: "python", tests: gap, code: "def gap(xs): return len(xs)", expected: "wrong" },
  ],
  javascript: [
    { what: "control", language: "javascript", tests: jsGap, code: JS_SOLVED, expected: "right" },
    {
      what: "control",
      language: "javascript",
      tests: jsGap,
      code: "const gap = (xs) => xs.length;",
      expected: "wrong",
    },
  ],
};

const py = (what: string, code: string, expected: Attack["expected"] = "wrong"): Attack => ({
  what,
  language: "python",
  tests: gap,
  code,
  expected,
});
export const io = (what: string, code: string, expected: Attack["expected"] = "wrong"): Attack => ({
  what,
  language: "python",
  tests: turned,
  code,
  expected,
});
/** Python that a test of its own judges. */
export const tested = (what: string, code: string, expected: Attack["expected"], test: string): Attack => ({
  what,
  language: "python",
  tests: { form: "check", entry: "gap", test },
  code,
  expected,
});
export const js = (what: string, code: string, expected: Attack["expected"] = "wrong"): Attack => ({
  what,
  language: "javascript",
  tests: jsGap,
  code,
  expected,
});

export const jsTested = (what: string, code: string, expected: Attack["expected"], test: string): Attack => ({
  what,
  language: "javascript",
  tests: { form: "check", entry: "gap", test },
  code,
  expected,
});

/** Any way from Python to the JavaScript around it. */
const reach = (script: string): string => `
def gap(xs):
    import gc, sys
    roots = []
    for name in ("js", "pyodide_js", "_pyodide_core", "pyodide.ffi", "pyodide.code"):
        try:
            module = __import__(name, fromlist=["x"])
            roots += [module] + [getattr(module, each) for each in dir(module)]
        except BaseException:
            pass
    roots += [o for o in gc.get_objects() if "Js" in type(o).__name__]
    for root in roots:
        try:
            root.constructor.constructor(${JSON.stringify(script)})()
        except BaseException:
            pass
    return 5
`;

export const ATTACKS: readonly Attack[] = [
  // What compares.
  py(
    "a whole number that is equal to all",
    "class N(int):\n    def __eq__(self, o): return True\ndef gap(xs): return N(0)",
  ),
  py("a list that is equal to all", "class L(list):\n    __eq__ = lambda s, o: True\ndef gap(xs): return L()"),
  py("a proxy that answers by its other side", "from unittest.mock import ANY\ndef gap(xs): return ANY"),
  py("nan for any number", "def gap(xs): return float('nan')"),
  py("True for one", "def gap(xs): return len(xs) > 1"),
  py("a text of the number", "def gap(xs): return '5'"),
  // What ends.
  py("leaves by an exception that ends programs", "def gap(xs): raise KeyboardInterrupt"),
  py(
    "ends in a destructor",
    "import os\nclass D:\n    def __del__(self): os._exit(0)\nd = D()\ndef gap(xs):\n    global d\n    d = None\n    return 5",
  ),
  py("ends by abort", "import os\ndef gap(xs): os.abort()"),
  py("an exit hook that passes", "import atexit\natexit.register(print, 'passed')\ndef gap(xs): return 5"),
  py("raises the test's own error", "def gap(xs): raise AssertionError"),
  py("a group of errors", "def gap(xs): raise ExceptionGroup('x', [ValueError(1)])"),
  // What it would like to know of the test.
  py("counts its calls", "n = -1\ndef gap(xs):\n    global n\n    n += 1\n    return [5, 0, 20][n]"),
  py(
    "counts its calls in a file",
    "import os\ndef gap(xs):\n    open('/tmp/n', 'a').write('x')\n    return [5, 0, 20][os.path.getsize('/tmp/n') - 1]",
  ),
  py(
    "counts its calls in a module of the interpreter",
    "import sys\ndef gap(xs):\n    sys.n = getattr(sys, 'n', -1) + 1\n    return [5, 0, 20][sys.n]",
  ),
  py(
    "counts its calls in the environment",
    "import os\ndef gap(xs):\n    n = int(os.environ.get('N', 0))\n    os.environ['N'] = str(n + 1)\n    return [5, 0, 20][n]",
  ),
  py(
    "counts its calls in the mask of new files",
    "import os\ndef gap(xs):\n    n = os.umask(0)\n    os.umask(n + 1)\n    return [5, 0, 20][n] if n < 3 else 5",
  ),
  py(
    "counts its calls in the names of pipes",
    "import os\ndef gap(xs):\n    r, w = os.pipe()\n    name = os.readlink('/proc/self/fd/%d' % r)\n    return [5, 0, 20][int(name.split('[')[1][:-1]) // 2]",
  ),
  py(
    "looks for the test among all objects",
    "import gc\ndef gap(xs):\n    for o in gc.get_objects():\n        if callable(o) and getattr(o, '__name__', '') == 'check':\n            return [c for c in o.__code__.co_consts if isinstance(c, int)][0]\n    return -1",
  ),
  py(
    "reads the request again",
    "import os\ndef gap(xs):\n    fd = os.open('/dev/aha', os.O_RDWR)\n    return len(os.read(fd, 1000000))",
  ),
  py(
    "writes its own replies",
    "import os\ndef gap(xs):\n    fd = os.open('/dev/aha', os.O_RDWR)\n    os.write(fd, b'{\"right\": true}\\n' * 3)\n    return 5",
  ),
  py(
    "writes a call as a test would",
    'import os\ndef gap(xs):\n    fd = os.open(\'/dev/aha\', os.O_RDWR)\n    os.write(fd, b\'{"call": "gap", "args": []}\\n\')\n    return 5',
  ),
  py(
    "replaces the program that runs it",
    "import _aha\n_aha.Encoder.encode = lambda self, value, depth=0: 5\n_aha.decode = lambda value: 5\ndef gap(xs): return 5",
  ),
  py(
    "takes json and os away",
    "import sys, json, os\njson.dumps = lambda *a, **k: 'x'\nos.write = lambda *a: 0\ndef gap(xs): return 5",
  ),
  py(
    "traces every call",
    "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)\ndef gap(xs): return 5",
  ),
  py(
    "counts its calls by the clock",
    "import time\ndef gap(xs):\n    n = int(time.time() % 1 * 10)\n    n = n if n < 3 else 0\n    while int(time.time() % 1 * 10) != n + 1: pass\n    return [5, 0, 20][n]",
  ),
  tested(
    "ends what maps over its calls",
    "def gap(xs): raise StopIteration",
    "wrong",
    "assert all(map(lambda xs: candidate(xs) == 1, [[1], [2]]))",
  ),
  tested(
    "empties what the test compares with",
    "def gap(xs):\n    xs.clear()\n    return 0",
    "wrong",
    "xs = [3, 1]\nassert candidate(xs) == sum(xs)",
  ),
  tested(
    "a range too long to be listed",
    "def gap(xs): return range(10 ** 9)",
    "wrong",
    "assert list(candidate([])) == [1]",
  ),
  {
    ...py("two keys that JSON has as one", "def gap(n): return {1: 2, '1': 2}"),
    tests: { form: "calls", entry: "gap", cases: [{ args: [1], result: { 1: 2, 2: 2 } }] },
  },
  // What does not end, or takes all there is.
  py(
    "waits in a lock",
    "import threading\nl = threading.Lock()\nl.acquire()\ndef gap(xs):\n    l.acquire()\n    return 5",
  ),
  py("a pattern that backtracks for ever", "import re\ndef gap(xs): return 5 if re.match(r'(a|a)*b', 'a' * 60) else 0"),
  py("a power without end", "def gap(xs): return 7 ** 7 ** 7 ** 7"),
  py("doubles a text", "def gap(xs):\n    s = 'x'\n    while True: s += s"),
  py("a tower of lists", "def gap(xs):\n    r = []\n    for _ in range(10 ** 5): r = [r]\n    return r"),
  py("a dictionary of all numbers", "def gap(xs): return {i: i for i in range(10 ** 6 * 2)}"),
  py(
    "recursion in a comparison",
    "class A:\n    def __lt__(self, o): return self < o\ndef gap(xs): return sorted([A(), A()])",
  ),
  // What leads to the host.
  py(
    "a program by os.posix_spawn",
    "import os\ndef gap(xs):\n    try: os.posix_spawn('/bin/touch', ['touch', 'MARK'], {})\n    except BaseException: pass\n    return 5",
  ),
  py(
    "a program by os.popen",
    "import os\ndef gap(xs):\n    try: os.popen('touch MARK').read()\n    except BaseException: pass\n    return 5",
  ),
  py("a program in another's place", "import os\ndef gap(xs): os.execv('/bin/touch', ['touch', 'MARK'])"),
  py(
    "a folder of the host mounted",
    "def gap(xs):\n    import pyodide_js\n    pyodide_js.mountNodeFS('/mnt', '/tmp')\n    open('/mnt/' + 'MARK'.split('/')[-1], 'w').write('x')\n    return 5",
  ),
  py(
    "a socket",
    "import socket\ndef gap(xs):\n    s = socket.create_connection(('127.0.0.1', PORT), 1)\n    s.send(b'GET / HTTP/1.0\\r\\n\\r\\n')\n    return 5",
  ),
  py(
    "a request by pyodide.http",
    "def gap(xs):\n    from pyodide.http import open_url\n    open_url('http://127.0.0.1:PORT/')\n    return 5",
  ),
  py(
    "a library by ctypes",
    "import ctypes\ndef gap(xs):\n    ctypes.CDLL(None).emscripten_run_script(b'globalThis.x = 1')\n    return 5",
  ),
  py("a file of the host", reach("return process.getBuiltinModule('node:fs').writeFileSync('MARK', 'x')")),
  py("a program of the host", reach("return process.getBuiltinModule('node:child_process').execSync('touch MARK')")),
  py(
    "a thread of the host",
    reach(
      "const { Worker } = process.getBuiltinModule('node:worker_threads'); new Worker(\"require('fs').writeFileSync('MARK', 'x')\", { eval: true })",
    ),
  ),
  py("a process of the host", reach("process.kill(SENTINEL, 9)")),
  py("a request of the host", reach("fetch('http://127.0.0.1:PORT/').catch(() => {})")),
  // Standard input and output.
  io("prints what all cases print", "print('c ab\\nx\\n3 2 1')"),
  io("right, and one word more", "print(*reversed(input().split()), 'ok')"),
  io("right, then a failing exit", "import sys\nprint(*reversed(input().split()))\nsys.exit(3)"),
  io(
    "counts its cases in a file",
    "import os\np = '/home/pyodide/n'\nn = len(open(p).read()) if os.path.exists(p) else 0\nopen(p, 'a').write('x')\nprint(['c ab', 'x', '3 2 1'][n])",
  ),
  io(
    "takes the place of the library for the next",
    "import builtins\nprint(*reversed(input().split()))\nopen('/lib/python314.zip', 'r+b').write(b'x' * 1000)\nbuiltins.print = None",
    "right",
  ),
  io(
    "closes what the next will need",
    "import os\nprint(*reversed(input().split()), flush=True)\nos.closerange(0, 100)",
    "wrong",
  ),
  io(
    "leaves for another folder",
    "import os\nprint(*reversed(input().split()))\nos.mkdir('/tmp/a')\nos.chdir('/tmp/a')",
    "right",
  ),
  // Tests that are to blame.
  {
    ...py("a test that is no Python", SOLVED, "unverifiable"),
    tests: { form: "check", entry: "gap", test: "def check(" },
  },
  { ...py("a test without a call", SOLVED, "unverifiable"), tests: { form: "check", entry: "gap", test: "x = 1" } },
  {
    ...py("a test that passes a function", SOLVED, "unverifiable"),
    tests: { form: "check", entry: "gap", test: "candidate(lambda x: x)" },
  },
  {
    ...py("a test without its imports", SOLVED, "unverifiable"),
    tests: { form: "check", entry: "gap", test: "assert np.array(candidate([1])) == 0" },
  },
  {
    ...py("a checker that gives no verdict", "print(1)", "unverifiable"),
    tests: { form: "checker", inputs: ["1"], checker: "def check(stdin, output): return 'yes'" },
  },
  // JavaScript.
  js("an object equal to a number", "const gap = () => ({ valueOf: () => 5, toString: () => '5' });"),
  js("a proxy", "const gap = () => new Proxy({}, { get: () => 5 });"),
  js("counts its calls", "let n = 0; const gap = () => [5, 0, 20][n++];"),
  js(
    "replaces what is compared with",
    "Object.is = () => true; Array.prototype.map = () => []; JSON.stringify = () => '{\"right\":true}'; const gap = () => 1;",
  ),
  js(
    "looks for the host",
    "const gap = () => { this.constructor.constructor('return process')().kill(SENTINEL, 9); return 5; };",
  ),
  js("a module of the host", "require('child_process').execSync('touch MARK'); const gap = () => 5;"),
  js(
    "loads a module",
    "let found; import('node:fs').then((fs) => { found = fs; fs.writeFileSync('MARK', 'x'); }); const gap = () => 5;",
  ),
  js("recursion without end", "const gap = (xs) => gap(xs) + 1;"),
  js("a text without end", "const gap = () => { let s = 'x'; for (;;) s += s; };"),
  js("a value that contains itself", "const gap = () => { const a = []; a.push(a); return a; };"),
  js("throws what is no error", "const gap = () => { throw 5; };"),
  js("an iterator without end", "const gap = () => (function* () { for (;;) yield 5; })();"),
  jsTested(
    "fails where a test doesn't wait",
    "const gap = () => 0;",
    "wrong",
    "async function check(candidate) { assert.equal(await candidate([]), 1); }",
  ),
  jsTested(
    "throws where a test doesn't wait",
    "const gap = () => { throw new Error('x'); };",
    "wrong",
    "(async () => { await 0; assert.equal(await candidate([]), 1); })()",
  ),
  jsTested(
    "one item for two",
    "const gap = () => new Set([[1], [1]]);",
    "wrong",
    "assert.deepStrictEqual(candidate([]), new Set([[1], [2]]))",
  ),
  jsTested("a list equal to its item", "const gap = () => [[5]];", "wrong", "assert.deepEqual(candidate([]), [5])"),
  jsTested("a bigint for a number", "const gap = () => 5n;", "wrong", "assert.strictEqual(candidate([]), 5)"),
  jsTested(
    "another error than the test asks for",
    "const gap = () => { throw new Error('no'); };",
    "wrong",
    "assert.throws(() => candidate([]), RangeError)",
  ),
  jsTested(
    "texts for numbers in a strict test",
    "const gap = () => ['5'];",
    "wrong",
    "const assert = require('node:assert/strict'); assert.deepEqual(candidate([]), [5])",
  ),
  {
    ...js("a refused promise after its output", "(async () => { print(readline()); throw 1; })()"),
    tests: { form: "stdio", cases: [{ stdin: "x\n", out: "x\n" }] },
  },
  {
    ...js("an exit code after its output", "print(readline()); process.exitCode = 1;"),
    tests: { form: "stdio", cases: [{ stdin: "x\n", out: "x\n" }] },
  },
];

/** Programs that run into the time limit: each takes seconds, so that only some run in every test. */
export const SLOW: readonly Attack[] = [
  py("loops while it loads", "while True: pass"),
  py(
    "swallows what would end it",
    "def gap(xs):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
  ),
  py("sleeps", "import time\ndef gap(xs):\n    time.sleep(1e6)\n    return 5"),
  js("loops", "const gap = () => { for (;;); };"),
];
