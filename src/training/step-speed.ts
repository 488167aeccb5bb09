import { RunError } from "../errors.ts";
import { askProcess } from "../host/ask-process.ts";
import { programArguments } from "../host/open-thread.ts";
import { median } from "../numbers/metrics.ts";
import { sumOf } from "../numbers/sum.ts";
import type { StepSpeedNews, StepSpeedRequest, ClockedStep } from "./step-speed-messages.ts";

/** What steps of GRPO took: ragged completions, weights that change. */
export interface StepSpeed {
  /** Steps that are in the figures; the first ones, which touch the memory, are not. */
  readonly steps: number;
  /** The middle one's seconds. */
  readonly seconds: number;
  readonly rolloutSeconds: number;
  readonly updateSeconds: number;
  /** Tokens of the completions, a step. */
  readonly tokens: number;
  /** Tokens written by second of the rollouts, and trained on by second of the updates. */
  readonly rolloutTokensPerSecond: number;
  readonly updateTokensPerSecond: number;
  readonly peakMegabytes: number;
}

/** Steps that warm up. */
export const WARM_STEPS = 2;

/**
 * Makes the steps of a run in a process of its own and times them.
 *
 * @param seconds after which it is given up
 * @throws RunError where the run does not come to its end; what the signal was aborted with
 */
export async function measureSteps(
  options: StepSpeedRequest["options"],
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal | undefined },
): Promise<StepSpeed> {
  const made: ClockedStep[] = [];
  let peakMegabytes = 0;
  const { problem } = await askProcess<StepSpeedRequest, StepSpeedNews>({
    program: programArguments("./step-speed-process", import.meta.url),
    request: { options },
    seconds,
    signal,
    onNews: (news) => {
      made.push(news.step);
      ({ peakMegabytes } = news);
    },
  });
  if (problem !== null) throw new RunError(`Expected the steps of a run to be timed, but ${problem}.`);
  return { ...speedOf(made), peakMegabytes };
}

/** Figures of steps, less those that warm up. */
export function speedOf(made: readonly ClockedStep[]): Omit<StepSpeed, "peakMegabytes"> {
  const steps = made.slice(WARM_STEPS);
  const middle = (of: (step: ClockedStep) => number): number => median(steps.map(of));
  const all = (of: (step: ClockedStep) => number): number => sumOf(steps, of);
  return {
    steps: steps.length,
    seconds: middle(({ seconds }) => seconds),
    rolloutSeconds: middle(({ rolloutSeconds }) => rolloutSeconds),
    updateSeconds: middle(({ updateSeconds }) => updateSeconds),
    tokens: middle(({ tokens }) => tokens),
    rolloutTokensPerSecond: all(({ tokens }) => tokens) / all(({ rolloutSeconds }) => rolloutSeconds),
    updateTokensPerSecond: all(({ trainedTokens }) => trainedTokens) / all(({ updateSeconds }) => updateSeconds),
  };
}
