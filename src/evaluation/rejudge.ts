import { ProblemFinder } from "../data/problem-finder.ts";
import { isTrainedOnData, openDataOfRun } from "../data/open-data-task.ts";
import { RunError, show } from "../errors.ts";
import { createJudge, type JudgeContext } from "../judging/create-judge.ts";
import type { Judge } from "../judging/judge.ts";
import type { JudgingOptions } from "../judging/judging-options.ts";
import type { Verdict } from "../records/verdict.ts";
import { openRunStore, type RunStore, type StoredRollout } from "../store/index.ts";
import { taskToAsk } from "../store/run-code.ts";
import { openTask } from "../data/open-task.ts";
import type { Task } from "../tasks/index.ts";
import { countReasons, verdictReason } from "../verifiers/verdict-score.ts";

export interface RejudgeOptions extends Partial<JudgingOptions> {
  /** The task by its name or its module's path; the run's own where absent and of the package. */
  readonly task?: string;
  /** Those of this step alone. */
  readonly step?: number;
}

export interface RejudgeContext extends Omit<JudgeContext, "folder"> {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** How stored verdicts and new ones differ. */
export interface Rejudgement {
  readonly run: string;
  readonly rollouts: number;
  /** Of these, those whose verdict is of the same kind and score. */
  readonly same: number;
  /** Rollouts whose problem the task has no more; they are not judged. */
  readonly withoutProblem: number;
  /** From which kind to which, the most frequent first. */
  readonly changes: readonly VerdictChange[];
}

export interface VerdictChange {
  readonly from: Verdict["kind"];
  readonly to: Verdict["kind"];
  readonly count: number;
  /** Of the new verdicts, the commonest first. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  readonly examples: readonly ChangedVerdict[];
}

/** One rollout whose verdict has changed. */
export interface ChangedVerdict {
  readonly step: number;
  readonly problem: string;
  readonly sample: number;
  readonly before: string;
  readonly now: string;
  /** Its first characters. */
  readonly answer: string;
}

/** Rollouts that are read and judged at once. */
const BATCH = 512;
const MOST_EXAMPLES = 5;
const MOST_REASONS = 5;
const LONGEST_ANSWER = 200;

/**
 * Judges the stored rollouts of a run again, by the task as it is now. Nothing in the run changes.
 *
 * @throws RunError for a run that can't be read or names code; TaskError, OptionError for a task that can't be used
 */
export async function rejudgeRun(
  folder: string,
  { task: given = "", step, ...judging }: RejudgeOptions = {},
  { onProgress, ...context }: RejudgeContext = {},
): Promise<Rejudgement> {
  const store = openRunStore(folder, { readOnly: true });
  try {
    const { task, source, close } = await openTaskAgain(folder, store, given);
    const judge = createJudge(task, source, judging, context);
    try {
      await judge.ready();
      return await compared(folder, { store, judge, step }, { onProgress, signal: context.signal });
    } finally {
      await judge.stop();
      await close();
    }
  } finally {
    store.close();
  }
}

async function openTaskAgain(
  folder: string,
  { config }: RunStore,
  given: string,
): Promise<{ readonly task: Task; readonly source: string | undefined; readonly close: () => Promise<void> }> {
  if (given === "" && isTrainedOnData(config)) {
    const task = await openDataOfRun(folder, config);
    return { task, source: undefined, close: () => task.close() };
  }
  const source = taskToAsk({ folder, config }, given);
  if (source === "")
    throw new RunError(`Expected ${show(folder)} to be a run of a task, got one without; give \`task\`.`);
  return { task: await openTask(source), source, close: () => Promise.resolve() };
}

async function compared(
  run: string,
  { store, judge, step }: { readonly store: RunStore; readonly judge: Judge; readonly step: number | undefined },
  { onProgress, signal }: Pick<RejudgeContext, "onProgress" | "signal">,
): Promise<Rejudgement> {
  const query = step === undefined ? {} : { step };
  const total = store.countRollouts(query);
  if (total === 0)
    throw new RunError(
      `Expected ${show(run)} to hold rollouts${step === undefined ? "" : ` of step ${step}`}, got none.`,
    );
  const problems = new ProblemFinder(judge.task, { general: true });
  const tally = new Tally();
  const judgeBatch = async (batch: readonly StoredRollout[]): Promise<void> => {
    const found = await Promise.all(batch.map(async ({ problemId }) => problems.find(problemId)));
    const known = batch.flatMap((stored, i) => {
      const problem = found[i];
      return problem === undefined ? [] : [{ stored, problem }];
    });
    tally.skip(batch.length - known.length);
    const judged = await judge.judge(
      known.map(({ stored: { prompt, rollout }, problem }) => ({ ...rollout, prompt, problem })),
      signal,
    );
    judged.forEach(({ verdict, parsed }, i) => tally.add(known[i]!.stored, verdict, parsed.answer ?? ""));
    onProgress?.(tally.rollouts, total);
  };
  let batch: StoredRollout[] = [];
  for (const stored of store.rollouts(query)) {
    batch.push(stored);
    if (batch.length < BATCH) continue;
    await judgeBatch(batch);
    batch = [];
  }
  if (batch.length > 0) await judgeBatch(batch);
  return { run, ...tally.result() };
}

class Tally {
  rollouts = 0;
  private same = 0;
  private withoutProblem = 0;
  private readonly changes = new Map<string, { count: number; reasons: string[]; examples: ChangedVerdict[] }>();

  skip(count: number): void {
    this.rollouts += count;
    this.withoutProblem += count;
  }

  add({ step, problemId, rollout, reward }: StoredRollout, now: Verdict, answer: string): void {
    this.rollouts++;
    const before = reward.verdict;
    if (before.kind === now.kind && scoreOf(before) === scoreOf(now)) return void this.same++;
    const name = `${before.kind} ${now.kind}`;
    const change = this.changes.get(name) ?? { count: 0, reasons: [], examples: [] };
    this.changes.set(name, change);
    change.count++;
    change.reasons.push(verdictReason(now) ?? "");
    if (change.examples.length >= MOST_EXAMPLES) return;
    change.examples.push({
      step,
      problem: problemId,
      sample: rollout.sample,
      before: wordsOf(before),
      now: wordsOf(now),
      answer: answer.slice(0, LONGEST_ANSWER),
    });
  }

  result(): Omit<Rejudgement, "run"> {
    const { rollouts, same, withoutProblem } = this;
    const changes = [...this.changes].map(([name, { count, reasons, examples }]) => {
      const [from, to] = name.split(" ") as [Verdict["kind"], Verdict["kind"]];
      const said = countReasons(reasons.filter((reason) => reason !== "")).slice(0, MOST_REASONS);
      return { from, to, count, reasons: said, examples };
    });
    return { rollouts, same, withoutProblem, changes: changes.sort((a, b) => b.count - a.count) };
  }
}

function scoreOf(verdict: Verdict): number | null {
  return verdict.kind === "partly" ? verdict.score : null;
}

function wordsOf(verdict: Verdict): string {
  const kind = verdict.kind === "partly" ? `partly (${verdict.score})` : verdict.kind;
  const reason = verdictReason(verdict);
  return reason === null || reason === "" ? kind : `${kind}: ${reason}`;
}
