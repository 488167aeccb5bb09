import { optionRewards, type PartsOfProblem } from "../../algorithms/step-rewards.ts";
import { unusableGold } from "../../data/gold-verifier.ts";
import { ProblemFinder } from "../../data/problem-finder.ts";
import { isDataTask, type DataTask, type GoldData } from "../../data/task-from-data.ts";
import { withDeadline } from "../../host/deadline.ts";
import { createJudge } from "../../judging/create-judge.ts";
import type { Judge } from "../../judging/judge.ts";
import { pick, resolveGroup } from "../../options/index.ts";
import type { Problem } from "../../records/problem.ts";
import type { JudgedRollout, Rollout } from "../../records/rollout.ts";
import type { Verdict, VerdictKind } from "../../records/verdict.ts";
import { weightedReward } from "../../rewards/index.ts";
import { REWARDS } from "../../rewards/reward-options.ts";
import type { Task } from "../../tasks/index.ts";
import { checkRewards } from "../../training/zero-options.ts";
import { verdictReason, verdictScore } from "../../verifiers/verdict-score.ts";
import { RULE_REWARDS, type RewardServingOptions } from "./reward-serving-options.ts";

/** A completion whose reward is asked for. */
export interface CompletionToScore {
  /** The problem's id, the gold that its answer is held against, or either. */
  readonly label: Label;
  /**
   * What stands before the completion. Where nobody said, one that closes a thinking which it didn't open is taken to
   * have begun inside it.
   */
  readonly prompt: string | undefined;
  readonly completion: string;
  /** Whether it was cut at the length limit. */
  readonly truncated: boolean;
  /** Its length in tokens, the end token included; undefined where nobody said. */
  readonly tokens: number | undefined;
}

export interface Label {
  readonly problem?: string | undefined;
  readonly gold?: string | undefined;
}

/** What a completion earns. */
export interface ScoredCompletion {
  /** Null where it could not be judged or scored. */
  readonly reward: number | null;
  readonly verdict: VerdictKind;
  /** What the verdict counts, from 0 to 1; null where there is none. */
  readonly score: number | null;
  /** Why it isn't right. */
  readonly reason?: string;
  /** Each part of the reward before its weight, by name. */
  readonly parts: Readonly<Record<string, number>>;
  /** The problem's id, as it came where no problem has it; null where a gold came in its place. */
  readonly problem: string | null;
  /** Whether the label stands for nothing here. */
  readonly unknown: boolean;
}

export interface RewardScorerOptions {
  readonly task: Task;
  /** What a thread can load the task by. */
  readonly source: string | undefined;
  readonly options: RewardServingOptions;
}

/** Judges completions that were written elsewhere, and rewards them as a run with the same options does. */
export class RewardScorer {
  readonly problems: ProblemFinder;
  private readonly judge: Judge;

  private constructor(
    private readonly served: RewardScorerOptions,
    private readonly partsOf: PartsOfProblem,
  ) {
    const { task, source, options } = served;
    this.problems = new ProblemFinder(task);
    this.judge = createJudge(task, source, options, { independent: true });
  }

  /** @throws OptionError or RunError for a judge that can't be had */
  static async open(served: RewardScorerOptions): Promise<RewardScorer> {
    const { maxCompletionTokens } = served.options;
    const weights = resolveGroup(REWARDS, pick(served.options, ...RULE_REWARDS));
    const rewards = { ...weights, maxCompletionTokens, steps: 1 };
    checkRewards(rewards);
    const scorer = new RewardScorer(served, await optionRewards(rewards)([], 1));
    try {
      await scorer.judge.ready();
      return scorer;
    } catch (error) {
      await scorer.stop();
      throw error;
    }
  }

  /** Never rejects for anything that a completion or a verifier does. */
  async score(asked: CompletionToScore): Promise<ScoredCompletion> {
    const { options } = this.served;
    const problem = await this.problemOf(asked.label);
    if (typeof problem === "string")
      return { ...unverifiable(problem), problem: asked.label.problem ?? null, unknown: true };
    const known = { problem: problem.id === "" ? null : problem.id, unknown: false };
    if (options.overlongWeight > 0 && asked.tokens === undefined)
      return { ...unverifiable("the overlong punishment needs `tokens`, the completion's length"), ...known };
    const judged = await this.judged(rolloutOf(asked, problem, options.maxCompletionTokens));
    if (typeof judged === "string") return { ...unverifiable(judged), ...known };
    const reward = weightedReward(this.partsOf(problem), { deadlineSeconds: options.verifierSeconds });
    const [{ total, breakdown, verdict }] = (await reward([judged])) as [Awaited<ReturnType<typeof reward>>[number]];
    return { reward: total, ...said(verdict), parts: breakdown, ...known };
  }

  stop(): Promise<void> {
    return this.judge.stop();
  }

  /** The judged completion, or why there is no verdict on it. */
  private judged(rollout: Rollout): Promise<JudgedRollout | string> {
    const { answerSeconds } = this.served.options;
    const late = new AbortController();
    const judging = this.judge.judge([rollout], late.signal).then(
      ([judged]) => judged!,
      (error: Error) => error.message,
    );
    return withDeadline(judging, answerSeconds, () => {
      late.abort();
      return `no verdict within ${answerSeconds} s`;
    });
  }

  /** The problem that a label stands for, or why it stands for none. */
  private async problemOf({ problem: id, gold }: Label): Promise<Problem | string> {
    const { task } = this.served;
    const problem = id === undefined ? undefined : await this.problems.find(id);
    if (problem !== undefined) return problem;
    const none = `${JSON.stringify(id ?? "").slice(0, 200)} is no problem of the task ${task.name}`;
    if (!isDataTask(task)) return `${id === undefined ? `the task ${task.name}` : `${none}, which`} has no golds`;
    // A name of other data, and no gold by which every answer would be wrong.
    if (gold === undefined || (gold === id && DATA_ID.test(id))) return none;
    return problemOfGold(task, gold);
  }
}

/** How problems of data are called. */
const DATA_ID = /^[0-9a-f]{16}(-validation|-heldOut)?$/;

/** A problem of which only the gold is known, or why there can be none. */
async function problemOfGold(task: DataTask, gold: string): Promise<Problem<GoldData> | string> {
  const data = { gold, kind: task.reading.kind };
  const problem = { id: "", split: "train", question: "", compactQuestion: "", difficulty: 0.5, data } as const;
  try {
    // Tests that can't be read have no verdict; nothing is run yet.
    if (task.execution?.(problem) !== undefined) return problem;
  } catch (error) {
    return (error as Error).message;
  }
  const wrong = await unusableGold({ verify: (_gold, answer) => task.verify(problem, answer) }, gold);
  return wrong === null ? problem : `${JSON.stringify(gold).slice(0, 200)} can't be a gold: ${wrong}`;
}

function unverifiable(reason: string): Pick<ScoredCompletion, "reward" | "verdict" | "score" | "reason" | "parts"> {
  return { reward: null, verdict: "unverifiable", score: null, reason, parts: {} };
}

function said(verdict: Verdict): Pick<ScoredCompletion, "verdict" | "score" | "reason"> {
  const reason = verdictReason(verdict);
  return { verdict: verdict.kind, score: verdictScore(verdict), ...(reason === null ? {} : { reason }) };
}

function beganInside(text: string): boolean {
  return text.includes("</think>") && !text.includes("<think>");
}

/** A completion that was written elsewhere: nobody here knows its tokens, only how many there are. */
function rolloutOf(asked: CompletionToScore, problem: Problem, mostTokens: number): Rollout {
  const { completion: text, truncated, tokens = 0 } = asked;
  const { prompt = beganInside(text) ? "<think>" : "" } = asked;
  return {
    problem,
    prompt,
    text,
    stop: truncated ? "length" : "end",
    tokens: new Array<number>(Math.min(tokens, mostTokens)).fill(0),
    logprobs: [],
    promptTokens: [],
    version: 0,
    sample: 0,
  };
}
