import { numberOption, OptionError, show } from "../errors.ts";
import { withDeadline } from "../host/deadline.ts";
import type { Reward } from "../records/reward.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import type { RewardPart } from "./reward-part.ts";

export interface WeightedRewardOptions {
  /**
   * How long one part may take for one completion (or one group), in seconds; 30 where absent. Only what it awaits can
   * be cut short.
   */
  readonly deadlineSeconds?: number;
}

/** Scores the completions of a problem. Never rejects: what can't be scored has the total null. */
export type ScoreCompletions<P> = (completions: readonly JudgedRollout<P>[]) => Promise<Reward[]>;

/** What became of one part: a number, no score on purpose (null), or why it failed. */
type Outcome = { readonly score: number | null } | { readonly failure: string };

const LONGEST_DEADLINE = 2_147_483;

/**
 * The reward of completions: total = sum over parts of weight * score. R1 2.2.2 adds accuracy and format with equal
 * weight (arXiv:2501.12948; Nature 645:633, eq. 4).
 *
 * A part that throws, gives anything but a finite number or null, or does not end in time, leaves the completion (or
 * its whole group, where it scores groups) unscored: total null, and a verdict `unverifiable` that names the part and
 * says why. It is never a 0, which would teach the policy that the completion was bad. A part that gives null leaves
 * it unscored with its verdict as it was.
 *
 * @throws OptionError for no parts, two of one name, or a weight that is not a finite number
 */
export function weightedReward<P>(
  parts: readonly RewardPart<P>[],
  options: WeightedRewardOptions = {},
): ScoreCompletions<P> {
  checkParts(parts);
  const deadline = numberOption("deadlineSeconds", options.deadlineSeconds ?? 30, 0.001, LONGEST_DEADLINE);
  const own = [...parts];
  return async (completions) => {
    const byPart = await Promise.all(own.map((part) => runPart(part, completions, deadline)));
    return completions.map((completion, i) =>
      combine(
        own,
        byPart.map((outcomes) => outcomes[i]!),
        completion,
      ),
    );
  };
}

/** @throws OptionError naming the part, what was expected and what came */
export function checkParts<P>(parts: readonly RewardPart<P>[]): void {
  if (parts.length === 0)
    throw new OptionError(
      "Expected `rewards` to have at least one part, got none; `accuracyReward()` is the usual one.",
    );
  const names = new Set<string>();
  for (const part of parts) {
    if (typeof part?.name !== "string" || part.name === "")
      throw new OptionError(`Expected every part of a reward to have a name, got ${show(part?.name)}.`);
    if (names.has(part.name))
      throw new OptionError(`Expected the parts of a reward to have different names, got ${show(part.name)} twice.`);
    names.add(part.name);
    if (!Number.isFinite(part.weight))
      throw new OptionError(
        `Expected the weight of the reward part ${show(part.name)} to be a finite number, got ${show(part.weight)}.`,
      );
    const { score, scoreGroup } = part as { readonly score?: unknown; readonly scoreGroup?: unknown };
    if ((typeof score === "function") === (typeof scoreGroup === "function"))
      throw new OptionError(
        `Expected the reward part ${show(part.name)} to have a function \`score\` or a function \`scoreGroup\`, got ${typeof score === "function" ? "both" : show(score ?? scoreGroup)}.`,
      );
  }
}

/** What a part says of each completion. */
function runPart<P>(
  part: RewardPart<P>,
  completions: readonly JudgedRollout<P>[],
  deadline: number,
): Promise<Outcome[]> {
  if ("score" in part) return Promise.all(completions.map((one) => settle(() => part.score(one), deadline, asScore)));
  return settle(
    () => part.scoreGroup(completions),
    deadline,
    (result) => asScores(result, completions.length),
  ).then((outcome) => (Array.isArray(outcome) ? outcome : completions.map(() => outcome)));
}

/** Asks a part, waits for as long as it may take, and reads what it gave. */
async function settle<T>(
  ask: () => unknown,
  deadline: number,
  read: (result: unknown) => T,
): Promise<T | { readonly failure: string }> {
  try {
    const result = ask();
    const pending = typeof result === "object" && result !== null && "then" in result;
    const given = pending ? await withDeadline(Promise.resolve(result), deadline, () => EXPIRED) : result;
    return given === EXPIRED ? { failure: `did not end within ${deadline} s` } : read(given);
  } catch (error) {
    return { failure: `threw ${show(error instanceof Error ? error.message : error)}` };
  }
}

const EXPIRED = Symbol("expired");

function asScore(score: unknown): Outcome {
  if (score === null || (typeof score === "number" && Number.isFinite(score))) return { score };
  return { failure: `gave ${show(score)} instead of a finite number or null` };
}

function asScores(scores: unknown, count: number): Outcome | Outcome[] {
  if (Array.isArray(scores) && scores.length === count) return scores.map(asScore);
  return { failure: `gave ${show(scores)} instead of ${count} numbers, one a completion` };
}

function combine<P>(
  parts: readonly RewardPart<P>[],
  outcomes: readonly Outcome[],
  completion: JudgedRollout<P>,
): Reward {
  const scores: [string, number][] = [];
  let total: number | null = 0;
  let failure: string | undefined;
  for (const [index, part] of parts.entries()) {
    const outcome = outcomes[index] as Outcome;
    if ("failure" in outcome) {
      failure ??= `the reward part ${show(part.name)} ${outcome.failure}`;
    } else if (outcome.score === null) {
      total = null;
    } else {
      scores.push([part.name, outcome.score]);
      if (total !== null) total += part.weight * outcome.score;
    }
  }
  if (failure === undefined && total !== null && !Number.isFinite(total))
    failure = `the weighted sum of the reward parts is ${total}`;
  const breakdown = Object.fromEntries(scores);
  if (failure !== undefined) return { total: null, breakdown, verdict: { kind: "unverifiable", reason: failure } };
  return { total, breakdown, verdict: completion.verdict };
}
