import { aheadSource } from "../algorithms/ahead/ahead-source.ts";
import { MemoryBook } from "../algorithms/ahead/memory-book.ts";
import { trainPolicy } from "../algorithms/train-policy.ts";
import { loadCheckpoint } from "../formats/checkpoint.ts";
import { mean } from "../numbers/metrics.ts";
import { randomKey } from "../random.ts";
import type { StepMetrics } from "../records/metrics.ts";
import { fields, list, number, truth, type Shape } from "../store/shape.ts";
import { loadTask } from "../tasks/index.ts";
import { watchDrift } from "../training/watch-ahead.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";
import { resolveZeroOptions } from "../training/zero-options.ts";
import { openSetting } from "../training/zero-setting.ts";
import { withCorrection, type Correction } from "./corrections.ts";
import { simulatedChecks, type BatchLog, type SimulatedTimes } from "./simulated-checks.ts";

/** How a loop is run whose checks are simulated. */
export interface AsyncArm {
  readonly times: SimulatedTimes;
  readonly correction: Correction;
  readonly options: Partial<ZeroOptions>;
  /** Ends once so large a share of the answers is right, over the last five batches. */
  readonly until: number;
}

/** What came of it; all times are of the simulated clock, in seconds. */
export interface AsyncArmResult {
  /** Of each batch: when it was written, and the share of right answers. */
  readonly batches: readonly BatchLog[];
  readonly seconds: number;
  readonly steps: number;
  readonly meanLag: number;
  readonly largestLag: number;
  readonly dropped: number;
  /** Of the checks under way at most. */
  readonly busy: number;
  readonly largestKl: number;
  /** The rule against rollouts that are too old has ended it. */
  readonly stopped: boolean;
}

const figure = number(0, 1e12);
export const ASYNC_ARM_RESULT: Shape = fields({
  batches: list(fields({ time: figure, accuracy: number(0, 1) }), 100_000),
  seconds: figure,
  steps: figure,
  meanLag: figure,
  largestLag: figure,
  dropped: figure,
  busy: figure,
  largestKl: number(),
  stopped: truth,
});

/** Batches whose mean accuracy is told: one has an error of three points. */
const WINDOW = 5;

/** When so large a share was right over five batches; null where it never was. */
export function timeTo(share: number, batches: readonly BatchLog[]): number | null {
  for (let end = WINDOW; end <= batches.length; end++)
    if (mean(batches.slice(end - WINDOW, end).map(({ accuracy }) => accuracy)) >= share) return batches[end - 1]!.time;
  return null;
}

/** Real learning, of the base in a folder, under a simulated clock. */
export async function runAsyncArm(base: string, arm: AsyncArm, signal?: AbortSignal): Promise<AsyncArmResult> {
  const options = resolveZeroOptions({ ...arm.options, base, preflight: false });
  const parts = {
    model: await loadCheckpoint(base),
    task: await loadTask(options.task),
    taskSource: options.task,
    rewardModel: undefined,
  };
  const setting = await openSetting(options, parts);
  try {
    const checks = simulatedChecks(setting.judge, arm.times, randomKey(options.seed), options.problemsPerStep);
    const source = aheadSource(setting, { book: new MemoryBook(), checks, signal });
    const drift = watchDrift([]);
    const steps: StepMetrics[] = [];
    let stopped = false;
    for await (const { metrics } of trainPolicy(withCorrection(setting, arm.correction), 1, source)) {
      signal?.throwIfAborted();
      steps.push(metrics);
      stopped = drift(metrics) !== null;
      if (stopped || timeTo(arm.until, await checks.batches()) !== null) break;
    }
    const ahead = steps.flatMap((step) => step.ahead ?? []);
    return {
      batches: await checks.batches(),
      seconds: checks.now(),
      steps: steps.length,
      meanLag: mean(ahead.map(({ lag }) => lag)),
      largestLag: Math.max(...ahead.map(({ largestLag }) => largestLag)),
      dropped: ahead.at(-1)?.droppedInAll ?? 0,
      busy: mean(ahead.map(({ busy }) => busy)),
      largestKl: Math.max(0, ...ahead.map(({ kl }) => kl)),
      stopped,
    };
  } finally {
    await setting.stop();
  }
}
