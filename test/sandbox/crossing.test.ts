import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CodeExecution, CodeTests } from "../../src/records/execution.ts";
import { openExecutor } from "../../src/sandbox/code-executor.ts";
import type { Executor } from "../../src/sandbox/executor.ts";

let executor: Executor;
beforeAll(() => void (executor = openExecutor({ workers: 1, seconds: 3 })));
afterAll(() => executor.stop());

const asserts = (setup: string, ...lines: readonly string[]): CodeTests => ({ form: "asserts", setup, asserts: lines });
const check = (source: string): CodeTests => ({ form: "check", entry: "f", test: source });
const prints = (out: string): CodeTests => ({ form: "stdio", cases: [{ stdin: "2\n", out }] });

async function judged(execution: Omit<CodeExecution, "kind">, code: string): Promise<readonly [string, string]> {
  const { verdict, failed } = await executor.execute({ kind: "code", ...execution }, code);
  expect(failed).toBe(false);
  return [verdict.kind, "reason" in verdict ? (verdict.reason ?? "") : ""];
}

type Row = readonly [what: string, expected: "right" | "wrong" | "unverifiable", tests: CodeTests, code: string];

const PAIR = "class Pair:\n    def __init__(self, a, b): self.a = a; self.b = b\n";
const CHAIN = asserts("", "assert widest([Pair(5, 24), Pair(15, 25)], 2) == 25");
const EQUAL = "class f:\n    def __init__(self, a): pass\n    def __eq__(self, other): return True\n";

describe("what a Python test passes and gets back", () => {
  test.each<Row>([
    ["objects of the answer's class", "right", CHAIN, `${PAIR}def widest(ps, n): return max(p.b for p in ps)`],
    ["the same, and a wrong answer", "wrong", CHAIN, `${PAIR}def widest(ps, n): return max(p.a for p in ps)`],
    ["a class in the place of a function", "wrong", asserts("", "assert f(1) == 25"), EQUAL],
    ["the same where the test catches all", "wrong", asserts("", "try:\n    assert f(1) == 25\nexcept: pass"), EQUAL],
    ["the same as a condition", "wrong", asserts("", "assert f(1)"), EQUAL],
    ["an object that the test reads", "unverifiable", asserts("", "assert Pair(1, 2).a == 1"), PAIR],
    [
      "an object that the test changes",
      "unverifiable",
      asserts("", "p = Pair(1, 2)\np.next = Pair(3, 4)\nassert f(p) == 2"),
      `${PAIR}def f(p): return 2`,
    ],
    [
      "an object that the answer changes",
      "right",
      asserts("", "p = Pair(1, 2)\nassert f(p) is None\nassert f(p) is None"),
      `${PAIR}def f(p): p.a += 1`,
    ],
    [
      "an object whose change the test asks for",
      "unverifiable",
      asserts("", "p = Pair(1, 2)\nf(p)\nassert g(p) == 2"),
      `${PAIR}def f(p): p.a += 1\ndef g(p): return p.a`,
    ],
    [
      "an object of the test's class",
      "unverifiable",
      asserts("class Q: pass", "assert f(Q()) == 2"),
      "def f(p): return 2",
    ],
    [
      "a refusal that the test catches",
      "unverifiable",
      asserts("class Q: pass", "try:\n    f(Q())\nexcept Exception: pass\nassert f(1) == 2"),
      "def f(p): return 2",
    ],
    [
      "a reply of the test's own kind",
      "wrong",
      check("assert f(1) == 2"),
      "import _aha\ndef f(x): return _aha.Made(1, 2, [3])",
    ],
    [
      "decimals",
      "right",
      asserts("from decimal import Decimal", "assert str(f(Decimal('1.10'))) == '2.20'"),
      "def f(x): return x + x",
    ],
    [
      "a decimal too large to be written out",
      "wrong",
      asserts("", "assert int(f(1)) == 2"),
      "from decimal import Decimal\ndef f(x): return Decimal('1E999999')",
    ],
    [
      "fractions",
      "right",
      asserts("from fractions import Fraction", "assert f(Fraction(1, 3), 2) == Fraction(2, 3)"),
      "def f(x, n): return x * n",
    ],
    [
      "dates and spans of time",
      "right",
      asserts(
        "import datetime",
        "assert f(datetime.date(2020, 1, 31)) == datetime.date(2020, 2, 1)",
        "assert f(datetime.datetime(2020, 1, 1, 5, 6, 7, 8)).microsecond == 8",
        "assert f(datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)).tzinfo is datetime.timezone.utc",
        "assert f(datetime.timedelta(microseconds=-5)) == datetime.timedelta(days=1, microseconds=-5)",
      ),
      "import datetime\ndef f(x): return x + datetime.timedelta(1)",
    ],
    [
      "an argument that is used up, and a value",
      "right",
      check("xs = [3, 1]\nassert candidate(xs) == 4\nassert xs == [3, 1]"),
      "def f(xs):\n    n = 0\n    while xs: n += xs.pop()\n    return n",
    ],
    [
      "an argument that is emptied and given back",
      "wrong",
      check("for xs in ([3, 1], [2]):\n    assert candidate(xs) == sorted(xs)"),
      "def f(xs):\n    xs.clear()\n    return xs",
    ],
    [
      "an argument that is sorted and given back",
      "right",
      { form: "calls", entry: "f", cases: [{ args: [[3, 1]], result: [1, 3] }] },
      "def f(xs):\n    xs.sort()\n    return xs",
    ],
  ])("%s: %s", async (_what, expected, tests, code) => {
    expect((await judged({ language: "python", tests }, code))[0]).toBe(expected);
  });
});

describe("a package that isn't there", () => {
  const one = { form: "calls", entry: "f", cases: [{ args: [1], result: 1 }] } as const;
  test.each<readonly [what: string, tests: CodeTests, prelude: string]>([
    ["in what sets a test up", asserts("import numpy as np", "assert f(np.array([1])) == 1"), ""],
    [
      "in a test",
      check("def check(candidate):\n    r = candidate(1)\n    import numpy as np\n    assert np.isclose(r, 1)"),
      "",
    ],
    ["in a task's lines before a test", check("assert candidate(1) == 1"), "import numpy as np\n"],
    ["in a task's lines before calls", one, "import numpy as np\n"],
    ["in a task's lines before inputs", prints("1"), "import numpy as np\n"],
  ])("%s: nobody can say", async (_what, tests, prelude) => {
    const [kind, reason] = await judged({ language: "python", tests, prelude }, "print(1)\ndef f(x): return 1");
    expect([kind, reason]).toEqual(["unverifiable", expect.stringContaining("needs the module numpy, which isn't")]);
  });

  test("in an answer to a task that has none: wrong, as is one that blames the task", async () => {
    for (const code of [
      "import numpy\ndef f(x): return 1",
      "raise ModuleNotFoundError(name='x')",
      "def f(x): return 2",
    ])
      expect((await judged({ language: "python", tests: one, prelude: "import math\n" }, code))[0]).toBe("wrong");
    const lodash = { language: "javascript", tests: prints("1"), prelude: "require('lodash');\n" } as const;
    expect(await judged(lodash, "print(1)")).toEqual([
      "unverifiable",
      "the task's own lines can't be run: Error: Cannot find module 'lodash'",
    ]);
  });
});

const REFUSES = "const f = async () => { throw new Error('x'); };";
const THROWS = "const f = () => { throw new Error('x'); };";
const UNAWAITED = "async function t() {\n  const r = await candidate(1);\n  if (r !== 2) throw new Error('bad');\n}\n";

describe("a promise that nobody waits for", () => {
  test.each<Row>([
    [
      "a refusal before the last line",
      "wrong",
      prints("4"),
      "async function main() {\n  print(4);\n  throw 1;\n}\nmain();\n0;",
    ],
    [
      "one that begins a program",
      "wrong",
      prints("4"),
      "(async () => { print(4); await 1; throw 3; })();\nprint();\n0",
    ],
    ["one that was never a call", "wrong", prints("4"), "print(4);\nPromise.reject(1);\n0"],
    [
      "one that is caught",
      "right",
      prints("4"),
      "const p = (async () => { throw 3; })();\np.catch(() => print(4));\n0",
    ],
    [
      "a chain over lines",
      "right",
      prints("4"),
      "const main = async () => { throw 4 }\nmain()\n  .then(() => 0)\n  .catch((e) => print(e))\n0",
    ],
    [
      "a call that goes on with the line before",
      "right",
      prints("4"),
      "const g = function () { print(4); return () => 1 }\n(async () => { throw 1 })\n0",
    ],
    [
      "what is defined later",
      "right",
      prints("4"),
      "main();\nasync function main() {\n  print(await two() + 2);\n}\nfunction two() { return 2 }\n0",
    ],
    ["a program that is its own main", "right", prints("4"), "if (require.main === module) print(2 * readline());"],
    ["a test that doesn't wait for a refusal", "wrong", check(`${UNAWAITED}t();\n0;`), REFUSES],
    ["a test that doesn't wait, an error", "wrong", check(`${UNAWAITED}t();\n0;`), THROWS],
    ["a test that doesn't wait, a wrong value", "wrong", check(`${UNAWAITED}t();\n0;`), "const f = async () => 3;"],
    ["a test that doesn't wait, right", "right", check(`${UNAWAITED}t();\n0;`), "const f = async () => 2;"],
    ["a test that doesn't wait, further in", "wrong", check(`${UNAWAITED}function go() { t(); }\ngo();\n0;`), REFUSES],
    [
      "a test that catches",
      "right",
      check("(async () => { assert.equal(await candidate(1).catch((e) => e.message), 'x'); })();\n0;"),
      REFUSES,
    ],
    [
      "a test that wants a refusal",
      "right",
      check("async function check(candidate) { await assert.rejects(candidate(1), /x/); }"),
      REFUSES,
    ],
  ])("%s: %s", async (_what, expected, tests, code) => {
    expect((await judged({ language: "javascript", tests }, code))[0]).toBe(expected);
  });
});
