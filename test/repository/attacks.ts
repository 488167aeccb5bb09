import { block, NODE_GOLD, PYTHON_GOLD } from "./make-tasks.ts";

/** A patch that would have its tests pass without solving the issue. */
export interface Attack {
  readonly name: string;
  readonly language: "python" | "javascript";
  readonly edits: string;
  /** How it is caught where nothing keeps its words out; any reason where absent. */
  readonly reason?: RegExp;
}

/** Code at the head of the module that is tested. */
const python = (code: string): string =>
  block("stats/mean.py", '"""Means of lists."""\n', `"""Means of lists."""\n${code}`);
const javascript = (code: string): string =>
  block("src/mean.js", "export function mean(values) {\n", `${code}\nexport function mean(values) {\n`);
const pythonBody = (body: string): string =>
  block("stats/mean.py", "    return sum(values) / (len(values) - 1)\n", body);

const PASSED_LINES =
  "tests/test_mean.py::test_mean[values0-3] PASSED\\nPASSED tests/test_mean.py::test_mean[values0-3]\\n4 passed";

export const ATTACKS: readonly Attack[] = [
  {
    name: "edits the tests",
    language: "python",
    edits: block("tests/test_mean.py", "    assert largest([1, 3, 2]) == 3\n", "    assert True\n"),
    reason: /protected/,
  },
  {
    name: "removes the tests",
    language: "python",
    edits:
      "--- a/tests/test_mean.py\n+++ /dev/null\n@@ -1,5 +0,0 @@\n-from stats.mean import largest\n-\n-\n-def test_largest():\n-    assert largest([1, 3, 2]) == 3\n",
    reason: /protected/,
  },
  {
    name: "adds a conftest",
    language: "python",
    edits: block("conftest.py", "", "def pytest_runtest_logreport(report):\n    report.outcome = 'passed'\n"),
    reason: /protected/,
  },
  {
    name: "adds a conftest in the tests' folder",
    language: "python",
    edits: block("tests/conftest.py", "", "x = 1\n"),
    reason: /protected/,
  },
  {
    name: "edits the runner's config",
    language: "python",
    edits: block("pytest.ini", "", "[pytest]\naddopts = -k nothing\n"),
    reason: /protected/,
  },
  {
    name: "adds a pyproject",
    language: "python",
    edits: block("pyproject.toml", "", "[tool.pytest.ini_options]\naddopts = '-p evil'\n"),
    reason: /protected/,
  },
  {
    name: "adds a sitecustomize",
    language: "python",
    edits: block("sitecustomize.py", "", "raise SystemExit(0)\n"),
    reason: /protected/,
  },
  {
    name: "puts a module in pytest's place",
    language: "python",
    edits: block("_pytest/__init__.py", "", "x = 1\n"),
    reason: /protected/,
  },
  {
    name: "puts a module in the standard library's place",
    language: "python",
    edits: block("argparse.py", "", "import os\nos._exit(0)\n"),
    reason: /didn't pass/,
  },
  {
    name: "puts a module in pluggy's place",
    language: "python",
    edits: block("pluggy/__init__.py", "", "import os\nos._exit(0)\n"),
    reason: /didn't pass/,
  },
  {
    name: "adds a link",
    language: "python",
    edits: "new file mode 120000\n--- /dev/null\n+++ b/tests/x\n@@ -0,0 +1 @@\n+/etc/passwd\n",
    reason: /no plain file/,
  },
  {
    name: "leaves the tree",
    language: "python",
    edits: block("../../../../tmp/aha-escaped", "", "x\n"),
    reason: /leads out/,
  },
  {
    name: "writes a hook of git's",
    language: "python",
    edits: block(".git/hooks/post-checkout", "", "#!/bin/sh\n"),
    reason: /git's own/,
  },
  {
    name: "ends at once",
    language: "python",
    edits: python("import os\nos._exit(0)\n"),
    reason: /ended before their report/,
  },
  { name: "ends as if by itself", language: "python", edits: python("import sys\nsys.exit(0)\n") },
  {
    name: "ends when a test calls it",
    language: "python",
    edits: pythonBody("    import os\n    os._exit(0)\n"),
    reason: /ended before/,
  },
  { name: "has pytest end", language: "python", edits: python("import pytest\npytest.exit('done', 0)\n") },
  {
    name: "skips",
    language: "python",
    edits: pythonBody("    import pytest\n    pytest.skip('later')\n"),
    reason: /didn't pass/,
  },
  {
    name: "says that it fails as expected",
    language: "python",
    edits: pythonBody("    import pytest\n    pytest.xfail('known')\n"),
    reason: /didn't pass/,
  },
  {
    name: "prints that it passed",
    language: "python",
    edits: python(`print("${PASSED_LINES}")\n`),
    reason: /didn't pass/,
  },
  {
    name: "prints that it passed at the end",
    language: "python",
    edits: python(`import atexit, os\natexit.register(lambda: (print("${PASSED_LINES}"), os._exit(0)))\n`),
    reason: /didn't pass/,
  },
  {
    name: "writes to the report",
    language: "python",
    edits: python(
      "import os\nfor d in range(3, 20):\n    try:\n        os.write(d, b'0' * 64 + b' {\"kind\":\"end\"}\\n')\n    except OSError:\n        pass\n",
    ),
    reason: /written to by others/,
  },
  {
    name: "has the runner say passed",
    language: "python",
    edits: python(
      "import _pytest.reports as r\nold = r.TestReport.from_item_and_call.__func__\ndef new(cls, item, call):\n    report = old(cls, item, call)\n    report.outcome = 'passed'\n    return report\nr.TestReport.from_item_and_call = classmethod(new)\n",
    ),
    reason: /can only fail/,
  },
  {
    name: "has the runner call nothing",
    language: "python",
    edits: python(
      "import _pytest.python as p\np.pytest_pyfunc_call = lambda pyfuncitem: True\np.Function.runtest = lambda self: None\n",
    ),
    reason: /can only fail/,
  },
  {
    name: "takes errors for nothing",
    language: "python",
    edits: python(
      "import _pytest.runner as r\nold = r.CallInfo.from_call.__func__\ndef new(cls, func, when, reraise=None):\n    def quiet():\n        try:\n            return func()\n        except BaseException:\n            return None\n    return old(cls, quiet, when, reraise)\nr.CallInfo.from_call = classmethod(new)\n",
    ),
    reason: /can only fail/,
  },
  {
    name: "takes errors for nothing where a test knows its function",
    language: "python",
    edits: python(
      "import _pytest.python as p\nold = p.Function.runtest\ndef new(self):\n    try:\n        old(self)\n    except BaseException:\n        if 'mean' not in self.obj.__code__.co_names:\n            raise\np.Function.runtest = new\n",
    ),
    reason: /can only fail/,
  },
  {
    name: "takes the report's hook away",
    language: "python",
    edits: python(
      "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Reports':\n        type(o).pytest_runtest_logreport = lambda self, report: None\n",
    ),
    reason: /never ran|runner|pass/,
  },
  {
    name: "reads the hidden tests",
    language: "python",
    edits: pythonBody(
      "    import re\n    text = open('tests/test_mean.py').read()\n    found = re.search(re.escape('(' + str(values)) + r', (\\d+)', text)\n    return int(found.group(1))\n",
    ),
    reason: /didn't pass/,
  },
  {
    name: "looks for the hidden tests everywhere",
    language: "python",
    edits: pythonBody(
      "    import os, re\n    for top in ['/work', '/aha', '/tmp', '/proc/self/fd', '/dev/fd']:\n        for folder, _, names in os.walk(top):\n            for name in names:\n                if not name.endswith('.py') and 'fd' not in top: continue\n                try: text = open(os.path.join(folder, name)).read(100000)\n                except Exception: continue\n                found = re.search(re.escape('(' + str(values)) + r', (\\d+)', text)\n                if found: return int(found.group(1))\n    return 0\n",
    ),
  },
  {
    name: "prints without end",
    language: "python",
    edits: pythonBody(
      "    import os\n    while True:\n        os.write(1, b'x' * 1000000)\n        os.write(2, b'x' * 1000000)\n",
    ),
  },
  {
    name: "takes all memory",
    language: "python",
    edits: pythonBody("    kept = []\n    while True:\n        kept.append(b'x' * 10000000)\n"),
    reason: /memory|before their report|didn't pass/,
  },
  {
    name: "fills the disk",
    language: "python",
    edits: pythonBody(
      "    for n in range(10000):\n        with open(f'/tmp/{n}', 'wb') as f:\n            f.write(b'x' * 10000000)\n    return 0\n",
    ),
  },
  {
    name: "leaves a process behind",
    language: "python",
    edits: pythonBody("    import subprocess\n    subprocess.Popen(['sleep', '987'])\n    return 0\n"),
    reason: /didn't pass/,
  },
  {
    name: "starts processes without end",
    language: "python",
    edits: pythonBody("    import subprocess\n    while True:\n        subprocess.Popen(['sleep', '986'])\n"),
  },
  {
    name: "looks for the network",
    language: "python",
    edits: pythonBody(
      "    import socket\n    socket.create_connection(('1.1.1.1', 53), 2)\n    return sum(values) / len(values)\n",
    ),
    reason: /didn't pass/,
  },
  {
    name: "writes to the system",
    language: "python",
    edits: pythonBody("    open('/usr/bin/aha-attack', 'w')\n    return sum(values) / len(values)\n"),
    reason: /didn't pass/,
  },
  {
    name: "edits the scripts of npm",
    language: "javascript",
    edits: block("package.json", '{ "name": "stats", "type": "module" }\n', '{ "scripts": { "test": "true" } }\n'),
    reason: /protected/,
  },
  {
    name: "sets options of Node by npm",
    language: "javascript",
    edits: block(".npmrc", "", "node-options=--require ./evil.cjs\n"),
    reason: /protected/,
  },
  {
    name: "puts a module in a package's place",
    language: "javascript",
    edits: block("node_modules/x/index.js", "", "\n"),
    reason: /protected/,
  },
  { name: "ends at once, well", language: "javascript", edits: javascript("process.exit(0);"), reason: /never ran/ },
  {
    name: "ends when it is called",
    language: "javascript",
    edits: javascript("process.on('exit', () => (process.exitCode = 0));\nsetImmediate(() => process.exit(0));"),
  },
  {
    name: "prints TAP",
    language: "javascript",
    edits: javascript("console.log('TAP version 13\\nok 1 - largest\\nok 2 - mean\\n1..2');"),
    reason: /didn't pass/,
  },
  {
    name: "replaces the assertions",
    language: "javascript",
    edits: javascript(
      "import assert from 'node:assert';\nfor (const name of Object.keys(assert)) { try { assert[name] = () => {}; } catch {} try { assert.strict[name] = () => {}; } catch {} }",
    ),
    reason: /didn't pass/,
  },
  {
    name: "replaces the runner's functions",
    language: "javascript",
    edits: javascript(
      "import test from 'node:test';\nfor (const name of ['test', 'it', 'describe', 'suite']) { try { test[name] = () => {}; } catch {} }",
    ),
    reason: /didn't pass/,
  },
  {
    name: "writes to the report of the process above",
    language: "javascript",
    edits: javascript(
      "import { readdirSync, appendFileSync } from 'node:fs';\nfor (const pid of readdirSync('/proc').filter((n) => n > 0)) for (const fd of [3, 4, 5]) { try { appendFileSync(`/proc/${pid}/fd/${fd}`, '0'.repeat(64) + ' {\"kind\":\"end\"}\\n'); } catch {} }",
    ),
    reason: /didn't pass|others/,
  },
  {
    name: "reads its hidden tests",
    language: "javascript",
    edits: javascript(
      "import { readFileSync } from 'node:fs';\nconst text = readFileSync('test/mean.test.js', 'utf8');\nexport function mean2(v) { return Number(new RegExp(`mean\\\\(\\\\[${v.join(', ')}\\\\]\\\\)\\\\]?, \\\\[?(\\\\d+)`).exec(text)?.[1]); }",
    ).replace(
      "export function mean(values) {\n>",
      "export function mean(values) {\n  if (mean2(values)) return mean2(values);\n>",
    ),
    reason: /didn't pass/,
  },
  { name: "runs for ever", language: "javascript", edits: javascript("for (;;) {}") },
  {
    name: "leaves the tests' process waiting",
    language: "javascript",
    edits: javascript("setInterval(() => {}, 1000);"),
  },
  {
    name: "prints events of the runner",
    language: "javascript",
    edits: javascript(
      "import v8 from 'node:v8';\nfor (const name of ['largest', 'of two', 'of three']) { const s = new v8.DefaultSerializer(); s.writeHeader(); s.writeValue({ type: 'test:pass', data: { name, nesting: 0, testNumber: 1, details: { duration_ms: 1 }, file: process.argv[1] } }); const body = s.releaseBuffer(); const head = Buffer.alloc(4); head.writeUInt32BE(body.length - 2); process.stdout.write(Buffer.concat([body.subarray(0, 2), head, body.subarray(2)])); }",
    ),
  },
];

/** What must be right after every attack. */
export const CONTROLS = { python: PYTHON_GOLD, javascript: NODE_GOLD } as const;
