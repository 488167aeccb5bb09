import { JAVASCRIPT_LAYING, JAVASCRIPT_SIGNING } from "./javascript-signing.ts";

/** Says in words that a runner isn't there. */
const MISSING = `
function missing(name, error) {
  if (error.code !== "MODULE_NOT_FOUND" && error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("the package " + name + " isn't installed: neither in the repository nor in node_modules beside the task");
  process.exit(1);
}
`;

const MODULE_START = `
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
${JAVASCRIPT_SIGNING}${MISSING}
const [file] = process.argv.slice(2);
const root = process.cwd();
const require = createRequire(root + "/package.json");
`;

/**
 * Vitest by its own API: it reads the hidden test from descriptor 5 in the process above the tests, so that it stands
 * in no file. Its workers report to it; what they report is signed here.
 */
export const VITEST_LAUNCHER = `${MODULE_START}
const text = fs.readFileSync(5, "utf8");
fs.closeSync(5);
const place = root + "/" + file;
let vitest;
try {
  vitest = await import(pathToFileURL(require.resolve("vitest/node")).href);
} catch (error) {
  missing("vitest", error);
}
emit({ kind: "start" });
const outcomes = { passed: "passed", pass: "passed", failed: "failed", fail: "failed" };
const told = (id, state) => emit({ kind: "test", id: file + "::" + id, when: "call", outcome: outcomes[state] ?? "skipped" });
const errorOf = (errors) => errors.length > 0 && emit({ kind: "collect", id: file, text: String(errors[0]?.message ?? errors[0]).slice(0, 400) });
function namesOf(task) {
  return task.suite === undefined || task.suite === null || task.suite.name === "" || task.suite.type === "file" || task.suite === task.file
    ? task.name
    : namesOf(task.suite) + " > " + task.name;
}
const leaves = (task) => (task.tasks === undefined ? [task] : task.tasks.flatMap(leaves));
const reporter = {
  // From Vitest 3 on.
  onTestRunEnd(modules) {
    for (const module of modules) {
      errorOf(module.errors());
      for (const test of module.children.allTests()) told(test.fullName, test.result().state);
    }
    done();
  },
  onFinished(files = []) {
    for (const one of files) {
      errorOf(one.result?.errors ?? []);
      for (const task of leaves(one)) told(namesOf(task), task.mode === "run" ? task.result?.state : "skipped");
    }
    done();
  },
};
let ended = false;
function done() {
  if (!ended) emit({ kind: "end" });
  ended = true;
  reporter.onFinished = undefined;
}
const plugin = { name: "hidden", enforce: "pre", load: (id) => (id.split("?")[0] === place ? text : undefined) };
const options = { watch: false, reporters: [reporter], coverage: { enabled: false }, pool: "forks", ui: false, typecheck: { enabled: false } };
const started = await vitest.startVitest("test", [file], options, { plugins: [plugin] });
await started?.close();
`;

/** Mocha in the process of the tests, its configuration read as it does; the hidden test is in no file. */
export const MOCHA_LAUNCHER = `${MODULE_START}
import { register } from "node:module";
${JAVASCRIPT_LAYING}
const source = fs.readFileSync(5, "utf8");
fs.closeSync(5);
let Mocha, options;
try {
  Mocha = require("mocha");
  ({ loadOptions: options } = require("mocha/lib/cli/options"));
} catch (error) {
  missing("mocha", error);
}
emit({ kind: "start" });
const own = options([]);
for (const name of [own.require ?? []].flat()) await import(name.startsWith(".") ? pathToFileURL(root + "/" + name).href : pathToFileURL(require.resolve(name)).href);
const { ui = "bdd", timeout } = own;
const mocha = new Mocha({ ui, timeout });
const url = pathToFileURL(root + "/" + file).href;
lay({ url, format: process.env.AHA_FORMAT, source });
const titles = (test) => file + "::" + test.titlePath().join(" > ");
const told = (test, outcome) => emit({ kind: "test", id: titles(test), when: "call", outcome });
mocha.reporter(function (runner) {
  runner.on("pass", (test) => told(test, "passed"));
  runner.on("fail", (test) => told(test, "failed"));
  runner.on("pending", (test) => told(test, "skipped"));
});
const place = root + "/" + file;
mocha.suite.emit("pre-require", globalThis, place, mocha);
try {
  const loaded = await import(url);
  mocha.suite.emit("require", loaded, place, mocha);
} catch (error) {
  emit({ kind: "collect", id: file, text: String(error?.message ?? error).slice(0, 400) });
}
mocha.suite.emit("post-require", globalThis, place, mocha);
mocha.run(() => {
  emit({ kind: "end" });
  process.exit(0);
});
`;

/**
 * Jest by its own API, its tests in a worker always. It is a reporter too, in the process above the tests, where it
 * has the key.
 */
export const JEST_LAUNCHER = `
const crypto = require("node:crypto");
const fs = require("node:fs");
const { createRequire } = require("node:module");
if (require.main === module) {
${JAVASCRIPT_SIGNING}${MISSING}
  const [file, cache] = process.argv.slice(2);
  const root = process.cwd();
  const own = createRequire(root + "/package.json");
  let runCLI;
  try {
    // Jest brings its core along.
    ({ runCLI } = createRequire(own.resolve("jest"))("@jest/core"));
  } catch (error) {
    missing("jest", error);
  }
  emit({ kind: "start" });
  const outcomes = { passed: "passed", failed: "failed" };
  module.exports = class {
    onTestResult(_test, { testResults, testExecError, failureMessage }) {
      if (testExecError !== undefined && testExecError !== null)
        emit({ kind: "collect", id: file, text: String(testExecError.message ?? failureMessage).slice(0, 400) });
      for (const { ancestorTitles, title, status } of testResults)
        emit({ kind: "test", id: file + "::" + [...ancestorTitles, title].join(" > "), when: "call", outcome: outcomes[status] ?? "skipped" });
    }
    onRunComplete() {
      emit({ kind: "end" });
    }
    getLastError() {}
  };
  const options = {
    _: [file], $0: "jest", runTestsByPath: true, ci: true, watch: false, watchAll: false, watchman: false, coverage: false,
    reporters: [__filename], cacheDirectory: cache, workerIdleMemoryLimit: "1GB", maxWorkers: 1, haste: JSON.stringify({ enableSymlinks: false }),
  };
  runCLI(options, [root]).then(() => process.exit(0), (error) => {
    console.error(error);
    process.exit(1);
  });
}
`;

/** What a hidden test of Jest's begins with: by then it was read, and its file and what was kept of it go. */
export function eraser(test: string, cache: string): string {
  return `const { readdirSync, rmSync, writeFileSync } = require("node:fs");
writeFileSync(${JSON.stringify(test)}, "");
for (const entry of readdirSync(${JSON.stringify(cache)}, { recursive: true, withFileTypes: true }))
  if (entry.isFile()) rmSync((entry.parentPath ?? entry.path) + "/" + entry.name);
`;
}
