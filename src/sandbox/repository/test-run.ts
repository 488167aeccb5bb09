import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import type { FileEdit } from "../../tasks/edits/file-edits.ts";
import { judgeTests } from "../../tasks/repository/judge-tests.ts";
import type { Verdict } from "../../records/verdict.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { insidePath, runBoxed, type BoxedResult } from "./bubblewrap.ts";
import { withCanaries, type CanaryFile } from "./canaries.ts";
import { GitTree } from "./git-tree.ts";
import { NODE_GUARD, NODE_REPORTER } from "./node-launcher.ts";
import { PYTEST_LAUNCHER } from "./pytest-launcher.ts";
import { readReport } from "./read-report.ts";
import { SandboxError } from "./sandbox-error.ts";
import { readTaskFolder, type TaskFolder } from "./task-folder.ts";
import { clearPlace, editWorkCopy } from "./work-copy.ts";

/** What came of running a task's tests. */
export interface TestRun {
  readonly verdict: Verdict;
  /** The tests took all of their time. */
  readonly timedOut: boolean;
  /** Seconds that the tests took, their processes' start with them. */
  readonly seconds: number;
  /** The last that they printed. */
  readonly log: string;
}

/** The same for every run; the date is the machine's. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: "/tmp",
  TMPDIR: "/tmp",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
  PYTHONHASHSEED: "0",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONNOUSERSITE: "1",
  SOURCE_DATE_EPOCH: "1700000000",
  CI: "1",
};
/** Copies the tree to where it may be written, then bounds what one process may write, open and dump. */
const SCRIPT = "cp -a /aha/tree/. /work && ulimit -f 1000000 && ulimit -n 1024 && ulimit -c 0 &&";

/** Tests of each Python file that have a twin. */
const TWINS = 3;
const PYTEST_SCRIPT = `${SCRIPT} exec 5<&- && exec python3 -s /aha/launchers/run_pytest.py`;
const NODE_WORDS: readonly string[] = [
  "node",
  "--test",
  "--import",
  "/aha/launchers/guard.mjs",
  "--test-reporter=/aha/launchers/report.mjs",
];

/** Node takes its hidden test from descriptor 5. */
function nodeScript(path: string, testArguments: readonly string[]): string {
  const words = [...NODE_WORDS, ...testArguments, path].map(quoted).join(" ");
  return `${SCRIPT} cat <&5 > ${quoted(path)} && exec 5<&- && exec ${words}`;
}

/** A repository task, checked out as far as all of its answers share it. */
export class PreparedTask {
  private base: Promise<TestRun> | undefined;

  private constructor(
    readonly source: TaskFolder,
    private readonly tree: GitTree,
    private readonly own: string,
  ) {}

  /** @throws TaskError for a task that can't be used; SandboxError for this machine's fault */
  static async open(folder: string): Promise<PreparedTask> {
    const source = readTaskFolder(folder);
    const own = mkdtempSync(join(tmpdir(), "aha-repository-"));
    try {
      const launchers = join(own, "launchers");
      mkdirSync(launchers);
      writeFileSync(join(launchers, "run_pytest.py"), PYTEST_LAUNCHER);
      writeFileSync(join(launchers, "report.mjs"), NODE_REPORTER);
      writeFileSync(join(launchers, "guard.mjs"), NODE_GUARD);
      const { repository, baseCommit, budgets } = source.task;
      const base = { baseCommit, seconds: budgets.setUpSeconds };
      return new PreparedTask(source, await GitTree.open(join(source.folder, repository), base, own), own);
    } catch (error) {
      rmSync(own, { recursive: true, force: true });
      throw error;
    }
  }

  close(): void {
    rmSync(this.own, { recursive: true, force: true });
  }

  /** The tests on the base commit as it is, run once. */
  runBase(): Promise<TestRun> {
    this.base ??= this.run([]);
    // A failure of this machine's isn't kept.
    this.base.catch(() => (this.base = undefined));
    return this.base;
  }

  /** Runs the tests on the base commit with edits. @throws SandboxError for this machine's fault */
  async run(edits: readonly FileEdit[], signal?: AbortSignal): Promise<TestRun> {
    const copy = mkdtempSync(join(this.own, "copy-"));
    try {
      await this.tree.writeTo(copy);
      const refused = editWorkCopy(copy, edits, this.source.task);
      if (refused !== undefined) return ended({ kind: "wrong", reason: refused });
      for (const path of this.source.task.hiddenTests) clearPlace(copy, path);
      return await this.runTests(copy, signal);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }

  /** With pytest all hidden tests at once; with Node each file has a sandbox, which no other file's text is in. */
  private async runTests(copy: string, signal: AbortSignal | undefined): Promise<TestRun> {
    const { task, hidden } = this.source;
    const files = [...hidden].map(([path, text]) => ({ path, ...this.canaries(copy, path, text) }));
    const wanted = [...task.failToPass, ...task.passToPass];
    if (task.runner === "pytest") return this.runFiles(copy, files, wanted, signal);
    let [seconds, log] = [0, ""];
    for (const file of files) {
      const mine = wanted.filter((id) => id.startsWith(`${file.path}::`));
      const run = await this.runFiles(copy, [file], mine, signal);
      seconds += run.seconds;
      log = `${log}${run.log}`;
      if (run.verdict.kind !== "right") return { ...run, seconds, log };
    }
    const lost = wanted.find((id) => !files.some(({ path }) => id.startsWith(`${path}::`)));
    return lost === undefined
      ? { verdict: { kind: "right" }, timedOut: false, seconds, log }
      : ended({ kind: "wrong", reason: `${lost} is in no hidden test file` });
  }

  private canaries(copy: string, path: string, text: string): CanaryFile {
    return withCanaries(this.source.task.runner, path, text, moduleFormat(copy, path, text));
  }

  private async runFiles(
    copy: string,
    files: readonly (CanaryFile & { readonly path: string })[],
    mustPass: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<TestRun> {
    const { task } = this.source;
    const key = randomBytes(32);
    const order = {
      key: key.toString("hex"),
      arguments: task.testArguments,
      twins: TWINS,
      own: files.flatMap(({ nonces, canaries }) => [...nonces, ...canaries]),
      files: Object.fromEntries(files.map(({ path, text }) => [path, text])),
    };
    const isPytest = task.runner === "pytest";
    const result = await runBoxed({
      script: isPytest ? PYTEST_SCRIPT : nodeScript(files[0]!.path, task.testArguments),
      tree: copy,
      launchers: join(this.own, "launchers"),
      environment: {
        ...ENVIRONMENT,
        PATH: insidePath(),
        AHA_FORMAT: isPytest ? "" : moduleFormat(copy, files[0]!.path, files[0]!.text),
      },
      given: isPytest ? [JSON.stringify(order), ""] : [JSON.stringify({ key: order.key }), files[0]!.text],
      seconds: task.budgets.runSeconds,
      readSeconds: task.budgets.readSeconds,
      memoryMegabytes: task.budgets.memoryMegabytes,
      signal,
    });
    const verdict = verdictOf(result, key, {
      mustPass,
      nonces: files.flatMap(({ nonces }) => nonces),
      canaries: files.flatMap(({ canaries }) => canaries),
    });
    return { verdict, timedOut: result.ended === "time", seconds: result.seconds, log: result.log };
  }
}

const ENDED: Readonly<Record<NonNullable<BoxedResult["ended"]>, string>> = {
  time: "the tests took longer than they may",
  memory: "the tests took more memory than they may",
  processes: "the tests started more processes than they may",
  output: "the tests printed more than they may",
  abort: "the tests were stopped",
};

function verdictOf(result: BoxedResult, key: Buffer, expected: Parameters<typeof judgeTests>[1]): Verdict {
  if (result.ended !== undefined) return { kind: "wrong", reason: ENDED[result.ended] };
  const report = readReport(result.report, key);
  if (!report.started) throw new SandboxError(`the test runner can't be started${after(result.log)}`);
  if (report.foreign > 0)
    return { kind: "wrong", reason: "the tests' report was written to by others: the runner was tampered with" };
  const twins = report.twins.flatMap((twin) => {
    const found = report.results.filter(({ id }) => id === twin || id.startsWith(`${twin}[`));
    return found.length === 0 ? [twin] : found.map(({ id }) => id);
  });
  const verdict = judgeTests(report.results, { ...expected, canaries: [...expected.canaries, ...twins] });
  if (report.complete) {
    return verdict.kind === "wrong" && report.collectError !== undefined
      ? { kind: "wrong", reason: `${verdict.reason}: ${lastLine(report.collectError)}` }
      : verdict;
  }
  return { kind: "wrong", reason: `the tests ended before their report did${after(result.log)}` };
}

function after(log: string): string {
  return log.trim() === "" ? "" : `: ${lastLine(log)}`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)!.trim().slice(0, 200);
}

function ended(verdict: Verdict): TestRun {
  return { verdict, timedOut: false, seconds: 0, log: "" };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** How Node takes a file: by its ending, the nearest package.json, or its own words. */
function moduleFormat(copy: string, path: string, text: string): "module" | "commonjs" {
  if (extname(path) === ".mjs") return "module";
  if (extname(path) === ".cjs") return "commonjs";
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const type = packageType(join(copy, folder, "package.json"));
    if (type !== undefined) return type;
    if (folder === ".") break;
  }
  return /^\s*import\s/m.test(text) ? "module" : "commonjs";
}

function packageType(path: string): "module" | "commonjs" | undefined {
  try {
    const json = foreignJson(readFileSync(path)).value as { readonly type?: unknown } | null | undefined;
    return json?.type === "module" || json?.type === "commonjs" ? json.type : undefined;
  } catch {
    return undefined;
  }
}
