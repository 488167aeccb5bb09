import { io, js, jsTested, tested, type Attack } from "./attacks.ts";

/** What is right as its data set's own harness would have it, however it is written. */
export const HONEST: readonly Attack[] = [
  ...(
    [
      [
        "a named tuple",
        "from collections import namedtuple\nP = namedtuple('P', 'a b')\ndef gap(xs): return P(1, 2)",
        "== (1, 2)",
      ],
      ["a number of an enumeration", "import enum\nclass C(enum.IntEnum): A = 1\ndef gap(xs): return C.A", "== 1"],
      ["a dictionary's keys", "def gap(xs): return {1: 2}.keys()", "== {1}"],
      ["nan in a list", "import math\ndef gap(xs): return [math.nan]", "== [math.nan]"],
      [
        "a coroutine that it runs",
        "import asyncio\nasync def two():\n    await asyncio.sleep(0.01)\n    return 2\ndef gap(xs): return asyncio.run(two())",
        "== 2",
      ],
      [
        "a thread that it waits for",
        "import threading\ndef gap(xs):\n    t = threading.Thread(target=lambda: xs.append(7))\n    t.start()\n    t.join()\n    return xs",
        "== [7]",
      ],
      [
        "a pool of threads",
        "from concurrent.futures import ThreadPoolExecutor\ndef gap(xs):\n    with ThreadPoolExecutor() as p: return list(p.map(abs, [-1, 2]))",
        "== [1, 2]",
      ],
      [
        "deep recursion",
        "import sys\nsys.setrecursionlimit(10 ** 6)\ndef f(n): return n and 1 + f(n - 1)\ndef gap(xs): return f(50_000)",
        "== 50_000",
      ],
      [
        "deep recursion that is cached",
        "import sys, functools\nsys.setrecursionlimit(10 ** 6)\n@functools.cache\ndef f(n): return n and 1 + f(n - 1)\ndef gap(xs): return f(2_000)",
        "== 2_000",
      ],
      ["a byte order mark", "\ufeffdef gap(xs): return 1", "== 1"],
    ] as const
  ).map(([what, code, holds]) => tested(what, code, "right", `import math\nassert candidate([]) ${holds}`)),
  tested(
    "sorts in place",
    "def gap(xs): xs.sort()",
    "right",
    "xs = [3, 1]\nassert candidate(xs) is None\nassert xs == [1, 3]",
  ),
  tested(
    "raises with a message",
    "def gap(xs): raise ValueError('none', 3)",
    "right",
    "try:\n    candidate([])\n    assert False\nexcept ValueError as e: assert e.args == ('none', 3)",
  ),
  ...(
    [
      [
        "writes when it ends",
        "import atexit, io, sys\nout = io.StringIO()\nsys.stdout = out\natexit.register(lambda: sys.__stdout__.write(out.getvalue()))\nprint(*reversed(input().split()))",
      ],
      [
        "runs in a thread with a larger stack",
        "import sys, threading\nsys.setrecursionlimit(1 << 30)\nthreading.stack_size(1 << 27)\nt = threading.Thread(target=lambda: print(*reversed(input().split())))\nt.start()\nt.join()",
      ],
      ["closes its output", "import sys\nprint(*reversed(input().split()))\nsys.stdout.close()"],
      ["asks for its own file", "assert __file__\nprint(*reversed(input().split()))"],
    ] as const
  ).map(([what, code]) => io(what, code, "right")),
  jsTested(
    "a promise",
    "const gap = async () => 1;",
    "right",
    "async function check(candidate) { assert.strictEqual(await candidate([]), 1); }",
  ),
  jsTested("bigints", "const gap = (n) => n * 2n;", "right", "assert.strictEqual(candidate(2n), 4n)"),
  jsTested(
    "a map by lists",
    "const gap = () => new Map([[[1], 2]]);",
    "right",
    "assert.deepStrictEqual(candidate([]), new Map([[[1], 2]]))",
  ),
  jsTested(
    "sorts in place",
    "const gap = (xs) => { xs.sort(); };",
    "right",
    "const xs = [3, 1]; candidate(xs); assert.deepEqual(xs, [1, 3])",
  ),
  jsTested(
    "throws with a message",
    "const gap = () => { throw new RangeError('no'); };",
    "right",
    "assert.throws(() => candidate([]), { name: 'RangeError', message: 'no' })",
  ),
  jsTested(
    "deep recursion",
    "const f = (n) => n && 1 + f(n - 1); const gap = () => f(8000);",
    "right",
    "assert.equal(candidate([]), 8000)",
  ),
  {
    ...js(
      "timers",
      "let n = 0; setTimeout(() => console.log(['b'], '%'), 20); const t = setInterval(() => { if (++n === 3) { clearInterval(t); console.log('%d a', n); } }, 1);",
      "right",
    ),
    tests: { form: "stdio", cases: [{ stdin: "", out: "3 a\n[ 'b' ] %" }] },
  },
];
