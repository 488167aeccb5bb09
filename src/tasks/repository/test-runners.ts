import type { ReportFormat } from "./read-results.ts";

/** What runs the tests of a task; `other` is a command whose results are read in a documented format. */
const TEST_RUNNERS = ["pytest", "unittest", "node", "vitest", "jest", "mocha", "go", "other"] as const;
export type TestRunner = (typeof TEST_RUNNERS)[number];

export type TestLanguage = "python" | "javascript" | "go" | "any";

export const RUNNER_LANGUAGES: Readonly<Record<TestRunner, TestLanguage>> = {
  pytest: "python",
  unittest: "python",
  node: "javascript",
  vitest: "javascript",
  jest: "javascript",
  mocha: "javascript",
  go: "go",
  other: "any",
};

/** A command as one of the runners knows it, with the words that are a task's own. */
export interface RunnerCommand {
  readonly runner: TestRunner;
  readonly testArguments: readonly string[];
}

/** How runners are called, and the words of their own that may follow; `any` for all. */
const CALLS: readonly (readonly [runner: TestRunner, call: RegExp, own: RegExp | "any"])[] = [
  ["pytest", /^(?:pytest|python3? -m pytest)(?: |$)/, "any"],
  ["unittest", /^python3? -m unittest(?: |$)/, /^(?:-v|--verbose|-b|--buffer)$/],
  ["node", /^node --test(?: |$)/, "any"],
  ["vitest", /^(?:npx )?vitest(?: run)?(?: |$)/, /^$/],
  ["jest", /^(?:npx )?jest(?: |$)/, /^--ci$/],
  ["mocha", /^(?:npx )?mocha(?: |$)/, /^$/],
  ["go", /^go test(?: |$)/, /^(?:-json|-v|\.\/\.\.\.)$/],
];

/** @returns undefined for a command of none of the runners, or with words that it can't be given here */
export function runnerOf(command: readonly string[]): RunnerCommand | undefined {
  if (command.some((word) => /\s/.test(word))) return undefined;
  const text = command.join(" ");
  const found = CALLS.find(([, call]) => call.test(text));
  if (found === undefined) return undefined;
  const [runner, call, own] = found;
  const words = text.slice(call.exec(text)![0].length).split(" ");
  const testArguments = words.filter((word) => word !== "");
  return own === "any" || testArguments.every((word) => own.test(word)) ? { runner, testArguments } : undefined;
}

/** How another command's results are read, and the tests that are added to each hidden test file. */
export interface OwnReport {
  readonly format: ReportFormat;
  /** The file that the command writes; empty for what it prints. */
  readonly path: string;
  /** Source of a test that passes; `NAME` stands for a name that is made up for each run. */
  readonly passing: string;
  readonly failing: string;
  /** What the format calls such a test. */
  readonly id: string;
}

const PYTHON = (
  "__eq__ __ne__ __bool__ __class__ __builtins__ __subclasses__ __globals__ __traceback__ _pytest pytest unittest doctest " +
  "_getframe currentframe f_back f_code f_globals settrace setprofile monitoring modules meta_path path_hooks builtins inspect ctypes " +
  "gc atexit _exit excepthook faulthandler proc execv execve fork tracemalloc linecache AssertionError SystemExit " +
  "KeyboardInterrupt __import__ importlib eval exec compile getattr setattr memoryview multiprocessing threading " +
  "subprocess signal ptrace"
).split(" ");
const JAVASCRIPT = (
  "node:test node:assert assert process child_process worker_threads inspector v8 vm prepareStackTrace captureStackTrace " +
  "__proto__ setPrototypeOf defineProperty globalThis global eval Function proc module createRequire require Module " +
  "AssertionError Proxy"
).split(" ");
/** Of those whose tests share their global names with what they test, or stand in a file while they begin. */
const JAVASCRIPT_GLOBALS = "expect jest vi vitest mocha chai fs node:fs readFileSync readFile".split(" ");
const GO = "testing unsafe syscall reflect runtime plugin linkname os exec Exit Args Stdout Fd debug embed flag".split(
  " ",
);
const FILES = "open read readFile exit abort kill system popen proc argv environ sh bash fs".split(" ");

/** Words by which a program reaches for what tests it: new in an answer, they are refused. */
export const REACHING_WORDS: Readonly<Record<TestRunner, readonly string[]>> = {
  pytest: PYTHON,
  unittest: PYTHON,
  node: JAVASCRIPT,
  vitest: [...JAVASCRIPT, ...JAVASCRIPT_GLOBALS],
  jest: [...JAVASCRIPT, ...JAVASCRIPT_GLOBALS],
  mocha: [...JAVASCRIPT, ...JAVASCRIPT_GLOBALS],
  go: GO,
  other: [...PYTHON, ...JAVASCRIPT, ...JAVASCRIPT_GLOBALS, ...GO, ...FILES],
};

/** Files by which an answer would join the tests of a language, beside those that decide on how tests run. */
export const JOINING_FILES: Readonly<Record<TestLanguage, readonly string[]>> = {
  python: [],
  javascript: [],
  go: ["**/*_test.go"],
  any: [],
};
