import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import type { FileEdit } from "../../tasks/edits/file-edits.ts";
import { judgeTests, type ExpectedTests } from "../../tasks/repository/judge-tests.ts";
import type { Verdict } from "../../records/verdict.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { runBoxed, type BoxedResult } from "./bubblewrap.ts";
import { withCanaries, type TestFile } from "./canaries.ts";
import { GitTree } from "./git-tree.ts";
import type { TestReport } from "./read-report.ts";
import { launchersOf, runsByFile, startOf } from "./runner-start.ts";
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
      for (const [name, text] of launchersOf(source.task)) writeFileSync(join(launchers, name), text);
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

  /** All hidden tests at once, or each file in a sandbox, which no other file's text is in. */
  private async runTests(copy: string, signal: AbortSignal | undefined): Promise<TestRun> {
    const { task, hidden } = this.source;
    const files = [...hidden].map(([path, text]) => ({ path, text, format: moduleFormat(copy, path, text) }));
    const wanted = [...task.failToPass, ...task.passToPass];
    if (!runsByFile(task)) return this.runFiles(copy, files, wanted, signal);
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

  private async runFiles(
    copy: string,
    files: readonly TestFile[],
    mustPass: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<TestRun> {
    const { task, folder } = this.source;
    const withTests = files.map((file) => ({ ...file, ...withCanaries(task, file) }));
    const key = randomBytes(32);
    const start = await startOf(task, withTests, { key, copy, folder });
    const result = await runBoxed({
      script: start.script,
      tree: copy,
      launchers: join(this.own, "launchers"),
      mounts: start.mounts,
      environment: start.environment,
      given: start.given,
      seconds: task.budgets.runSeconds,
      readSeconds: task.budgets.readSeconds,
      memoryMegabytes: task.budgets.memoryMegabytes,
      signal,
    });
    const expected = {
      mustPass,
      nonces: withTests.flatMap(({ nonces }) => nonces),
      canaries: withTests.flatMap(({ canaries }) => canaries),
    };
    const verdict = verdictOf(result, (text) => start.read(text), expected);
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

function verdictOf(result: BoxedResult, read: (text: string) => TestReport, expected: ExpectedTests): Verdict {
  if (result.ended !== undefined) return { kind: "wrong", reason: ENDED[result.ended] };
  const report = read(result.report);
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
