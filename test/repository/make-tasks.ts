import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Texts by path; `link: TARGET` is a link. */
export type Files = Readonly<Record<string, string>>;

const ENVIRONMENT = {
  PATH: process.env["PATH"],
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

/** Makes a task's folder with a bare repository of these files. @returns the folder */
export function makeTask(files: Files, json: Readonly<Record<string, unknown>>, beside: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "aha-task-"));
  const work = mkdtempSync(join(tmpdir(), "aha-work-"));
  writeAll(work, files);
  const git = (...words: string[]): string =>
    execFileSync("git", words, { cwd: work, env: ENVIRONMENT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  git("init", "-q");
  git("add", "-A");
  git("commit", "-q", "-m", "base");
  const baseCommit = git("rev-parse", "HEAD").trim();
  git("clone", "-q", "--bare", work, join(folder, "repository.git"));
  writeAll(folder, { "task.json": JSON.stringify({ baseCommit, ...json }), ...beside });
  return folder;
}

function writeAll(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (text.startsWith("link: ")) symlinkSync(text.slice("link: ".length), join(folder, path));
    else writeFileSync(join(folder, path), text);
  }
}

export const block = (path: string, old: string, by: string): string =>
  `${path}\n<<<<<<< SEARCH\n${old}=======\n${by}>>>>>>> REPLACE\n`;

const PYTHON: Files = {
  "stats/__init__.py": "from .mean import mean\n",
  "stats/mean.py":
    '"""Means of lists."""\n\n\ndef mean(values):\n    return sum(values) / (len(values) - 1)\n\n\ndef largest(values):\n    return max(values)\n',
  "tests/test_mean.py": "from stats.mean import largest\n\n\ndef test_largest():\n    assert largest([1, 3, 2]) == 3\n",
  "README.md": "Small statistics.\n",
};
const PYTHON_HIDDEN =
  "import pytest\nfrom stats.mean import largest, mean\n\n\n" +
  "def test_largest():\n    assert largest([1, 3, 2]) == 3\n\n\n" +
  "@pytest.mark.parametrize('values, wanted', [([2, 4], 3), ([1, 2, 6], 3), ([5], 5)])\n" +
  "def test_mean(values, wanted):\n    assert mean(values) == wanted\n";

export const PYTHON_GOLD = block(
  "stats/mean.py",
  "    return sum(values) / (len(values) - 1)\n",
  "    return sum(values) / len(values)\n",
);

/** A small Python package with a wrong mean. */
export function makePythonTask(changes: Readonly<Record<string, unknown>> = {}, files: Files = {}): string {
  const names = ["values0-3", "values1-3", "values2-5"];
  return makeTask(
    { ...PYTHON, ...files },
    {
      issue: "`mean([2, 4])` gives 6 instead of 3.",
      hiddenTests: ["tests/test_mean.py"],
      failToPass: names.map((name) => `tests/test_mean.py::test_mean[${name}]`),
      passToPass: ["tests/test_mean.py::test_largest"],
      budgets: { runSeconds: 20, memoryMegabytes: 300 },
      ...changes,
    },
    { "hidden/tests/test_mean.py": PYTHON_HIDDEN, "gold.diff": PYTHON_GOLD },
  );
}

const NODE: Files = {
  "package.json": '{ "name": "stats", "type": "module" }\n',
  "src/mean.js":
    "export function mean(values) {\n  return values.reduce((a, b) => a + b, 0) / (values.length - 1);\n}\n\nexport function largest(values) {\n  return Math.max(...values);\n}\n",
};
const NODE_HIDDEN =
  'import assert from "node:assert/strict";\nimport { describe, test } from "node:test";\nimport { largest, mean } from "../src/mean.js";\n\n' +
  'test("largest", () => assert.equal(largest([1, 3, 2]), 3));\n' +
  'describe("mean", () => {\n  test("of two", () => assert.equal(mean([2, 4]), 3));\n  test("of three", () => assert.deepEqual([mean([1, 2, 6])], [3]));\n});\n';

export const NODE_GOLD = block(
  "src/mean.js",
  "  return values.reduce((a, b) => a + b, 0) / (values.length - 1);\n",
  "  return values.reduce((a, b) => a + b, 0) / values.length;\n",
);

/** The same in JavaScript. */
export function makeNodeTask(changes: Readonly<Record<string, unknown>> = {}): string {
  return makeTask(
    NODE,
    {
      issue: "`mean([2, 4])` gives 6 instead of 3.",
      command: ["node", "--test"],
      hiddenTests: ["test/mean.test.js"],
      failToPass: ["test/mean.test.js::mean > of two", "test/mean.test.js::mean > of three"],
      passToPass: ["test/mean.test.js::largest"],
      budgets: { runSeconds: 20, memoryMegabytes: 600 },
      ...changes,
    },
    { "hidden/test/mean.test.js": NODE_HIDDEN, "gold.diff": NODE_GOLD },
  );
}
