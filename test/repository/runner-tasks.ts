import { spawnSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestRunner } from "../../src/tasks/repository/test-runners.ts";
import { block, makeTask, type Files } from "./make-tasks.ts";

/** A task for one runner, small and with a wrong mean. */
export interface RunnerTask {
  readonly runner: TestRunner;
  readonly gold: string;
  /** Edits that put code at the head of the module that is tested. */
  readonly attack: (code: string) => string;
  /** Code that ends the process; that prints results; that skips or empties the tests' functions. */
  readonly attacks: Readonly<Record<string, string>>;
  readonly make: (changes?: Readonly<Record<string, unknown>>) => string;
  /** What this machine lacks. */
  readonly missing: string | undefined;
}

/** Packages of a folder that AHA_TEST_RUNNERS names, or of this one. */
const PACKAGES = [process.env["AHA_TEST_RUNNERS"] ?? "", "."].map((folder) => resolve(folder, "node_modules"));

function withPackages(runner: string, folder: string): string {
  const found = PACKAGES.find((place) => existsSync(join(place, runner)));
  if (found !== undefined) symlinkSync(found, join(folder, "node_modules"));
  return folder;
}

const hasPackage = (name: string): string | undefined =>
  PACKAGES.some((place) => existsSync(join(place, name))) ? undefined : `there is no ${name}`;
const hasProgram = (name: string, ...words: readonly string[]): string | undefined =>
  spawnSync(name, words).status === 0 ? undefined : `there is no ${name}`;

const budgets = { runSeconds: 60, memoryMegabytes: 1500 };
const issue = "`mean([2, 4])` gives 6 instead of 3.";

const JS_WRONG = "  return values.reduce((a, b) => a + b, 0) / (values.length - 1);\n";
const JS_RIGHT = "  return values.reduce((a, b) => a + b, 0) / values.length;\n";
const jsFiles = (module: boolean): Files => ({
  "package.json": `{ "name": "stats"${module ? ', "type": "module"' : ""} }\n`,
  "src/mean.js": `${module ? "export " : ""}function mean(values) {\n${JS_WRONG}}\n\n${module ? "export " : ""}function largest(values) {\n  return Math.max(...values);\n}\n${module ? "" : "\nmodule.exports = { mean, largest };\n"}`,
});
const jsAttack =
  (module: boolean) =>
  (code: string): string =>
    block(
      "src/mean.js",
      `${module ? "export " : ""}function mean(values) {\n`,
      `${code}\n${module ? "export " : ""}function mean(values) {\n`,
    );

const JS_PRINTS = `console.log('ok 1 - mean > of two\\\\n{"numPassedTests":3}'); process.stdout.write("PASS test/mean.test.js\\\\n  ✓ of two\\\\n");`;
const JS_ATTACKS = {
  "prints that all passed": JS_PRINTS,
  "ends at once": "process.exit(0);",
  "ends when it is called, and prints": `setImmediate(() => { ${JS_PRINTS} process.exit(0); });`,
  "takes the tests' functions away":
    'for (const name of ["it", "test", "describe", "expect"]) { try { globalThis[name] = () => {}; } catch {} }',
  "writes to every descriptor":
    'for (let d = 3; d < 20; d++) { try { (typeof require === "function" ? require("node:fs") : process.getBuiltinModule("node:fs")).writeSync(d, "0".repeat(64) + " {\\\\"kind\\\\":\\\\"end\\\\"}\\\\n"); } catch {} }',
  "reads the hidden tests": `
const { readFileSync, readdirSync, existsSync } = typeof require === "function" ? require("node:fs") : process.getBuiltinModule("node:fs");
mean = (values) => {
  let all = "";
  for (const top of ["test", "/aha/tree/test", "/aha/launchers", "/tmp"])
    for (const entry of existsSync(top) ? readdirSync(top, { recursive: true }) : []) { try { all += readFileSync(top + "/" + entry, "utf8"); } catch {} }
  return Number(new RegExp("mean\\\\(\\\\[" + values.join(", ") + "\\\\]\\\\)[^0-9]*(\\\\d+)").exec(all)?.[1]);
};`.replaceAll("\\\\", "\\"),
  "runs for ever": "for (;;) {}",
};

function javascript(
  runner: "vitest" | "jest" | "mocha",
  module: boolean,
  hidden: string,
  command: readonly string[],
): RunnerTask {
  return {
    runner,
    missing: hasPackage(runner),
    gold: block("src/mean.js", JS_WRONG, JS_RIGHT),
    attack: jsAttack(module),
    attacks: JS_ATTACKS,
    make: (changes = {}) =>
      withPackages(
        runner,
        makeTask(
          jsFiles(module),
          {
            issue,
            command,
            hiddenTests: ["test/mean.test.js"],
            failToPass: ["test/mean.test.js::mean > of two", "test/mean.test.js::mean > of three"],
            passToPass: ["test/mean.test.js::largest"],
            budgets,
            ...changes,
          },
          { "hidden/test/mean.test.js": hidden, "gold.diff": block("src/mean.js", JS_WRONG, JS_RIGHT) },
        ),
      ),
  };
}

const expecting = (test: string): string =>
  `${test}("largest", () => {\n  expect(largest([1, 3, 2])).toBe(3);\n});\ndescribe("mean", () => {\n  ${test}("of two", () => {\n    expect(mean([2, 4])).toBe(3);\n  });\n  ${test}("of three", () => {\n    expect([mean([1, 2, 6])]).toEqual([3]);\n  });\n});\n`;

const PY_WRONG = "    return sum(values) / (len(values) - 1)\n";
const PY_RIGHT = "    return sum(values) / len(values)\n";
const PY_FILES: Files = {
  "stats/__init__.py": "",
  "stats/mean.py": `"""Means."""\n\n\ndef mean(values):\n${PY_WRONG}\n\ndef largest(values):\n    return max(values)\n`,
};
const UNITTEST =
  "import unittest\nfrom stats.mean import largest, mean\n\n\nclass MeanTest(unittest.TestCase):\n" +
  "    def test_largest(self):\n        self.assertEqual(largest([1, 3, 2]), 3)\n\n" +
  "    def test_mean(self):\n        for values, wanted in [([2, 4], 3), ([5], 5)]:\n            with self.subTest(values=values):\n                self.assertEqual(mean(values), wanted)\n\n" +
  "    @unittest.skip('later')\n    def test_later(self):\n        pass\n";

const GO_FILES: Files = {
  "go.mod": "module example.com/stats\n\ngo 1.20\n",
  "stats/mean.go":
    "package stats\n\nfunc Mean(values []int) int {\n\tsum := 0\n\tfor _, value := range values {\n\t\tsum += value\n\t}\n\treturn sum / (len(values) - 1)\n}\n",
};
const GO_TEST =
  'package stats\n\nimport "testing"\n\nfunc TestSum(t *testing.T) {\n\tif Mean([]int{0, 0}) != 0 {\n\t\tt.Fatal("zero")\n\t}\n}\n\nfunc TestMean(t *testing.T) {\n\tt.Run("of two", func(t *testing.T) {\n\t\tif got := Mean([]int{2, 4}); got != 3 {\n\t\t\tt.Errorf("got %d", got)\n\t\t}\n\t})\n}\n';
const GO_GOLD = block("stats/mean.go", "\treturn sum / (len(values) - 1)\n", "\treturn sum / len(values)\n");
const goAttack = (code: string): string => block("stats/mean.go", "package stats\n", `package stats\n${code}`);
const GO_PRINTED =
  "--- PASS: TestMean (0.00s)\\n    --- PASS: TestMean/of_two (0.00s)\\n--- PASS: TestSum (0.00s)\\nPASS\\n";
const TAP_PRINTED = "TAP version 13\\nok 1 - mean of two\\nok 2 - largest\\n1..2\\n";

/** A runner of one's own: a shell script whose tests are lines, reported as TAP or as JUnit's XML. */
function own(format: "tap" | "junit"): RunnerTask {
  const tap = format === "tap";
  const script =
    "set -- $(cat mean.txt)\nn=0\n" +
    `check() { n=$((n+1)); if [ "$2" = "$3" ]; then ${tap ? 'echo "ok $n - $1"' : 'echo "<testcase classname=\\"own\\" name=\\"$1\\"/>" >> report.xml'}; else ${tap ? 'echo "not ok $n - $1"' : 'echo "<testcase classname=\\"own\\" name=\\"$1\\"><failure/></testcase>" >> report.xml'}; fi; }\n` +
    `${tap ? "" : 'echo "<testsuite>" > report.xml\n'}. ./mean.sh\n. tests/mean.sh\n${tap ? "echo 1..$n" : 'echo "</testsuite>" >> report.xml'}\n`;
  const id = (name: string): string => (tap ? name : `own::${name}`);
  return {
    runner: "other",
    missing: undefined,
    gold: block("mean.sh", "mean() { echo $((($1 + $2) / 1)); }\n", "mean() { echo $((($1 + $2) / 2)); }\n"),
    attack: (code) =>
      block("mean.sh", "mean() { echo $((($1 + $2) / 1)); }\n", `mean() { echo $((($1 + $2) / 1)); }\n${code}\n`),
    attacks: {
      "prints that all passed": `printf '${TAP_PRINTED}'`,
      "prints that all passed and ends": `printf '${TAP_PRINTED}'; printf '<testsuite><testcase classname="own" name="mean of two"/><testcase classname="own" name="largest"/></testsuite>' > report.xml; exit 0`,
      "takes the check for passing": tap
        ? 'check() { n=$((n+1)); echo "ok $n - $1"; }'
        : 'check() { echo "<testcase classname=\\"own\\" name=\\"$1\\"/>" >> report.xml; }',
      "runs for ever": "while :; do :; done",
    },
    make: (changes = {}) =>
      makeTask(
        { "run.sh": script, "mean.sh": "mean() { echo $((($1 + $2) / 1)); }\n", "mean.txt": "\n" },
        {
          issue,
          command: ["sh", "run.sh"],
          report: {
            format,
            ...(tap ? {} : { path: "report.xml" }),
            passing: "check NAME 1 1",
            failing: "check NAME 1 2",
            id: id("NAME"),
          },
          hiddenTests: ["tests/mean.sh"],
          failToPass: [id("mean of two")],
          passToPass: [id("largest")],
          budgets,
          ...changes,
        },
        {
          "hidden/tests/mean.sh": 'check "mean of two" "$(mean 2 4)" 3\ncheck largest 3 3\n',
          "gold.diff": block(
            "mean.sh",
            "mean() { echo $((($1 + $2) / 1)); }\n",
            "mean() { echo $((($1 + $2) / 2)); }\n",
          ),
        },
      ),
  };
}

export const RUNNER_TASKS: Readonly<Record<string, RunnerTask>> = {
  vitest: javascript(
    "vitest",
    true,
    `// @vitest-environment node\nimport { describe, expect, test } from "vitest";\nimport { largest, mean } from "../src/mean.js";\n\n${expecting("test")}`,
    ["npx", "vitest", "run"],
  ),
  jest: javascript(
    "jest",
    false,
    `/**\n * @jest-environment node\n */\nconst { largest, mean } = require("../src/mean.js");\n\n${expecting("it")}`,
    ["jest"],
  ),
  mocha: javascript(
    "mocha",
    false,
    `const { equal, deepEqual } = require("node:assert");\nconst { largest, mean } = require("../src/mean.js");\n\nit("largest", () => equal(largest([1, 3, 2]), 3));\ndescribe("mean", () => {\n  it("of two", () => equal(mean([2, 4]), 3));\n  it("of three", async () => deepEqual([mean([1, 2, 6])], [3]));\n});\n`,
    ["npx", "mocha"],
  ),
  unittest: {
    runner: "unittest",
    missing: hasProgram("python3", "--version"),
    gold: block("stats/mean.py", PY_WRONG, PY_RIGHT),
    attack: (code) => block("stats/mean.py", '"""Means."""\n', `"""Means."""\n${code}\n`),
    attacks: {
      "prints that all passed":
        "print('test_mean (tests.test_mean.MeanTest.test_mean) ... ok\\n\\nRan 2 tests\\n\\nOK')",
      "ends at once": "import os\nos._exit(0)",
      "ends as if by itself": "import sys\nsys.exit(0)",
      "takes errors for nothing": "import unittest.case as c\nc.TestCase._callTestMethod = lambda self, method: None",
      "has every result pass":
        "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'type' and getattr(o, 'addFailure', None):\n        o.addFailure = lambda self, test, err: self.addSuccess(test)",
      "writes to every descriptor":
        "import os\nfor d in range(3, 20):\n    try:\n        os.write(d, b'0' * 64 + b' {}\\n')\n    except OSError:\n        pass",
      "runs for ever": "while True:\n    pass",
    },
    make: (changes = {}) =>
      makeTask(
        PY_FILES,
        {
          issue,
          command: ["python3", "-m", "unittest", "-v"],
          hiddenTests: ["tests/test_mean.py"],
          failToPass: ["tests/test_mean.py::MeanTest::test_mean"],
          passToPass: ["tests/test_mean.py::MeanTest::test_largest"],
          budgets,
          ...changes,
        },
        { "hidden/tests/test_mean.py": UNITTEST, "gold.diff": block("stats/mean.py", PY_WRONG, PY_RIGHT) },
      ),
  },
  go: {
    runner: "go",
    missing: hasProgram("go", "version"),
    gold: GO_GOLD,
    attack: goAttack,
    attacks: {
      "prints that all passed": `import "fmt"\nfunc init() { fmt.Print("${GO_PRINTED}") }\n`,
      "prints the runner's own marks and ends": `import ("fmt"; "os")\nfunc init() { fmt.Print("\\x16=== RUN   TestMean\\n\\x16--- PASS: TestMean (0.00s)\\n\\x16--- PASS: TestMean/of_two (0.00s)\\n\\x16--- PASS: TestSum (0.00s)\\n"); os.Exit(0) }\n`,
      "ends when it is called": `import "os"\nfunc init() { go func() { os.Exit(0) }() }\n`,
      "doesn't compile": "func nothing( {\n",
    },
    make: (changes = {}) =>
      makeTask(
        GO_FILES,
        {
          issue,
          command: ["go", "test", "-json", "./..."],
          hiddenTests: ["stats/mean_test.go"],
          failToPass: ["stats/mean_test.go::TestMean/of_two"],
          passToPass: ["stats/mean_test.go::TestSum"],
          budgets,
          ...changes,
        },
        { "hidden/stats/mean_test.go": GO_TEST, "gold.diff": GO_GOLD },
      ),
  },
  "a command that prints TAP": own("tap"),
  "a command that writes JUnit's XML": own("junit"),
};
