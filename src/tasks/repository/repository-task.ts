import { TaskError, show } from "../../errors.ts";
import { RUNNER_FILES, wrongPath } from "../edits/edit-path.ts";
import { REPORT_FORMATS, type ReportFormat } from "./read-results.ts";
import {
  JOINING_FILES,
  REACHING_WORDS,
  RUNNER_LANGUAGES,
  runnerOf,
  type OwnReport,
  type RunnerCommand,
  type TestRunner,
} from "./test-runners.ts";

/** A repository with an issue, and the tests that say whether it is solved. */
export interface RepositoryTask {
  /** What a model is asked. */
  readonly issue: string;
  /** The commit that answers edit: 40 hexadecimal digits, or 64. */
  readonly baseCommit: string;
  /** The bare repository, a folder inside the task's. */
  readonly repository: string;
  readonly runner: TestRunner;
  /** Words of the command after the runner's own: `-x`, `--strict-markers`; all of them where it is `other`. */
  readonly testArguments: readonly string[];
  /** Of `other`: how its results are read. */
  readonly report: OwnReport | undefined;
  /** Paths of test files, each laid over the repository from the task's folder `hidden`. */
  readonly hiddenTests: readonly string[];
  /** Tests that fail before and pass afterwards, such as `tests/test_a.py::test_b`. */
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
  /** What no answer may write: the task's own, what decides on how tests run, and the hidden tests. */
  readonly protectedPaths: readonly string[];
  /** Words that an answer may bring in although they reach for the test runner; `*` for all of them. */
  readonly allowedWords: readonly string[];
  readonly budgets: RepositoryBudgets;
  /** Files of the base commit that a model is shown with the issue. */
  readonly shownFiles: readonly string[];
  /** A file of the task's folder with the edits that solve it. */
  readonly gold: string;
}

/** Most that the parts of one check take. */
export interface RepositoryBudgets {
  /** Seconds to check the repository out. */
  readonly setUpSeconds: number;
  /** Seconds that the tests run. */
  readonly runSeconds: number;
  /** Seconds to read what is still to be read when they have ended. */
  readonly readSeconds: number;
  /** Of all processes together, in megabytes; files that they write have half as much beside it. */
  readonly memoryMegabytes: number;
}

const DEFAULT_BUDGETS: RepositoryBudgets = { setUpSeconds: 30, runSeconds: 60, readSeconds: 5, memoryMegabytes: 1024 };
const LARGEST_BUDGETS: RepositoryBudgets = {
  setUpSeconds: 600,
  runSeconds: 3600,
  readSeconds: 60,
  memoryMegabytes: 65_536,
};

const FIELDS: readonly string[] = (
  "issue baseCommit repository command report hiddenTests failToPass passToPass " +
  "protectedPaths editable allowedWords budgets shownFiles gold"
).split(" ");
const COMMANDS =
  "that of pytest, unittest, Node's own runner, vitest, jest, mocha or `go test`, or another one beside a `report`";
const REPORTS = `an object with \`format\` (${REPORT_FORMATS.join(", ")}), \`path\` where it is a file, and \`passing\`, \`failing\` and \`id\` with NAME in them`;
const MOST_NAMES = 20_000;
const LONGEST_TEXT = 200_000;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * A task as its `task.json` says it.
 *
 * @param where what messages call the file
 * @throws TaskError for a field that is missing, unknown or has a value that can't be used
 */
export function readRepositoryTask(json: unknown, where: string): RepositoryTask {
  const fields = new Fields(json, where);
  const command = fields.texts("command", ["python3", "-m", "pytest"]);
  const report = fields.report();
  const { runner, testArguments } = fields.runnerOf(command, report);
  const hiddenTests = fields.paths("hiddenTests");
  const editable = new Set(fields.texts("editable", []));
  const failToPass = fields.texts("failToPass");
  if (hiddenTests.length === 0) fields.fail("hiddenTests", "one path or more");
  if (failToPass.length === 0) fields.fail("failToPass", "one test's name or more");
  const passToPass = fields.texts("passToPass", []);
  const both = passToPass.find((name) => failToPass.includes(name));
  if (both !== undefined) fields.fail("passToPass", `other tests than \`failToPass\`, which has ${show(both)} too`);
  const deciding = [...RUNNER_FILES, ...JOINING_FILES[RUNNER_LANGUAGES[runner]]];
  const runnerFiles = deciding.filter((pattern) => !editable.has(pattern.slice("**/".length)));
  return {
    issue: fields.text("issue"),
    baseCommit: fields.commit("baseCommit"),
    repository: fields.paths("repository", ["repository.git"])[0]!,
    runner,
    testArguments,
    report,
    hiddenTests,
    failToPass,
    passToPass,
    protectedPaths: [...fields.texts("protectedPaths", []), ...hiddenTests, ...runnerFiles],
    allowedWords: fields.texts("allowedWords", []),
    budgets: fields.budgets(),
    shownFiles: fields.paths("shownFiles", []),
    gold: fields.paths("gold", ["gold.diff"])[0]!,
  };
}

class Fields {
  private readonly json: Readonly<Record<string, unknown>>;

  constructor(
    json: unknown,
    private readonly where: string,
  ) {
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new TaskError(`Expected ${where} to hold an object, got ${show(json)}; write the task's fields in it.`);
    this.json = json as Readonly<Record<string, unknown>>;
    const unknown = Object.keys(json).find((name) => !FIELDS.includes(name));
    if (unknown !== undefined)
      throw new TaskError(
        `Expected ${where} to have fields out of ${FIELDS.join(", ")}, got ${show(unknown)}; leave it out.`,
      );
  }

  fail(name: string, expected: string): never {
    const got = Object.hasOwn(this.json, name) ? show(this.json[name]) : "nothing";
    throw new TaskError(`Expected \`${name}\` in ${this.where} to be ${expected}, got ${got}; correct the file.`);
  }

  text(name: string): string {
    const value = this.json[name];
    const isText = typeof value === "string" && value.trim() !== "" && value.length <= LONGEST_TEXT;
    return isText ? value : this.fail(name, `a text of 1 to ${LONGEST_TEXT} characters`);
  }

  texts(name: string, otherwise?: readonly string[]): readonly string[] {
    const value = Object.hasOwn(this.json, name) ? this.json[name] : otherwise;
    const isList =
      Array.isArray(value) &&
      value.length <= MOST_NAMES &&
      value.every((text) => typeof text === "string" && text !== "" && text.length <= 2000 && !text.includes("\0"));
    return isList ? (value as readonly string[]) : this.fail(name, `a list of at most ${MOST_NAMES} texts`);
  }

  /** One path or a list of them, inside a folder. */
  paths(name: string, otherwise?: readonly string[]): readonly string[] {
    const value = this.json[name];
    const paths = typeof value === "string" ? [value] : this.texts(name, otherwise);
    const wrong = paths.map(wrongPath).find((reason) => reason !== undefined);
    return wrong === undefined ? paths : this.fail(name, `paths inside of the folder (${wrong})`);
  }

  commit(name: string): string {
    const value = this.json[name];
    return typeof value === "string" && COMMIT.test(value)
      ? value
      : this.fail(name, "a commit as 40 or 64 hexadecimal digits");
  }

  runnerOf(command: readonly string[], report: OwnReport | undefined): RunnerCommand {
    if (report !== undefined && command.length > 0) return { runner: "other", testArguments: command };
    return runnerOf(command) ?? this.fail("command", COMMANDS);
  }

  report(): OwnReport | undefined {
    const given = this.json["report"];
    if (given === undefined) return undefined;
    const { format, path = "", passing, failing, id, ...others } = (given ?? {}) as Partial<Record<string, unknown>>;
    const isKnown = REPORT_FORMATS.some((name) => name === format) && Object.keys(others).length === 0;
    const texts = [passing, failing, id];
    const areNamed = texts.every((text) => typeof text === "string" && text.includes("NAME") && text.length <= 10_000);
    const isPlace = typeof path === "string" && (path === "" || wrongPath(path) === undefined);
    if (!isKnown || !areNamed || !isPlace || passing === failing) return this.fail("report", REPORTS);
    const [ofPassing, ofFailing, ofId] = texts as [string, string, string];
    return { format: format as ReportFormat, path, passing: ofPassing, failing: ofFailing, id: ofId };
  }

  budgets(): RepositoryBudgets {
    const given = this.json["budgets"] ?? {};
    if (typeof given !== "object" || Array.isArray(given)) return this.fail("budgets", "an object");
    for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
      const most = Object.hasOwn(LARGEST_BUDGETS, name) ? LARGEST_BUDGETS[name as keyof RepositoryBudgets] : undefined;
      if (most === undefined) this.fail("budgets", `an object with ${Object.keys(LARGEST_BUDGETS).join(", ")}`);
      if (typeof value !== "number" || !(value > 0 && value <= most))
        this.fail("budgets", `\`${name}\` above 0, at most ${most}`);
    }
    return { ...DEFAULT_BUDGETS, ...given };
  }
}

const NO_WORDS: readonly string[] = [];

/** The first word by which edits newly reach for the test runner. */
export function reachingWord(
  { runner, allowedWords }: Pick<RepositoryTask, "runner" | "allowedWords">,
  added: string,
  before: string,
): string | undefined {
  if (allowedWords.includes("*")) return undefined;
  const known = new Set([...wordsIn(before), ...allowedWords]);
  const words = new Set(wordsIn(added));
  return REACHING_WORDS[runner].find((word) => words.has(word) && !known.has(word));
}

function wordsIn(text: string): readonly string[] {
  return text.match(/node:\w+|\w+/g) ?? NO_WORDS;
}
