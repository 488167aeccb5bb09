import { OptionError } from "../errors.ts";
import type { Rollout } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import type { Attempt } from "../records/attempt.ts";
import { meanOrNull } from "../numbers/metrics.ts";
import { lengthByDifficulty, pearson } from "./effort.ts";
import type { EmergenceMetrics } from "../records/emergence-metrics.ts";
import { PAPER_REFLECTIVE_WORDS, reflectionRate, reflectiveWordCounter } from "./reflective-words.ts";
import { correctsItself } from "./self-correction.ts";
import { share, type Share } from "../numbers/share.ts";

/** What is looked at in one completion. */
export interface EmergenceSample {
  /** The whole completion. */
  readonly text: string;
  /** Length in tokens, the end token included. */
  readonly tokens: number;
  readonly status: Rollout["status"];
  readonly verdict: Verdict;
  /** The candidates that its thinking considers; null where the task doesn't count tries. */
  readonly attempts: readonly Attempt[] | null;
  /** Of its problem, from 0 (easy) to 1 (hard). */
  readonly difficulty: number;
}

export interface EmergenceOptions {
  /** The task's own reflective words. */
  readonly taskReflectiveWords?: readonly string[];
}

/**
 * Measures what shows that reasoning appears: length, reflection, self-correction, effort by difficulty. R1 section 3,
 * arXiv:2501.12948, follows length and reflective words; the rest tells longer from better.
 *
 * Lengths by verdict are those of completions that finished: what was cut is as long as the limit, whatever it says.
 *
 * @throws OptionError without samples
 */
export function measureEmergence(
  samples: readonly EmergenceSample[],
  options: EmergenceOptions = {},
): EmergenceMetrics {
  if (samples.length === 0) throw new OptionError("Expected at least one completion to measure, got none.");
  const lengths = samples.map(({ tokens }) => tokens);
  const difficulties = samples.map(({ difficulty }) => difficulty);
  const counted = samples.filter(({ attempts }) => attempts !== null);
  const { corrected, correctedRight } = selfCorrection(counted);
  return {
    meanLength: meanOrNull(lengths) as number,
    rightLength: finishedLength(samples, "right"),
    wrongLength: finishedLength(samples, "wrong"),
    truncatedLength: meanOrNull(samples.filter(({ status }) => status === "truncated").map(({ tokens }) => tokens)),
    selfCorrectionShare: corrected?.value ?? null,
    selfCorrectionError: corrected?.error ?? null,
    selfCorrectionRight: correctedRight?.value ?? null,
    selfCorrectionRightError: correctedRight?.error ?? null,
    paperReflectionRate: rateOf(samples, PAPER_REFLECTIVE_WORDS),
    taskReflectionRate: rateOf(samples, options.taskReflectiveWords ?? []),
    meanAttempts: meanOrNull(counted.map(({ attempts }) => attempts?.length ?? 0)),
    lengthByDifficulty: lengthByDifficulty(lengths, difficulties),
    effortCorrelation: pearson(lengths, difficulties),
  };
}

function finishedLength(samples: readonly EmergenceSample[], kind: Verdict["kind"]): number | null {
  return meanOrNull(
    samples.filter(({ status, verdict }) => status === "finished" && verdict.kind === kind).map(({ tokens }) => tokens),
  );
}

function selfCorrection(counted: readonly EmergenceSample[]): {
  corrected: Share | null;
  correctedRight: Share | null;
} {
  const corrected = counted.filter(({ attempts }) => correctsItself(attempts ?? []));
  const verified = corrected.filter(({ verdict }) => verdict.kind !== "unverifiable");
  const right = verified.filter(({ verdict }) => verdict.kind === "right");
  return { corrected: share(corrected.length, counted.length), correctedRight: share(right.length, verified.length) };
}

function rateOf(samples: readonly EmergenceSample[], words: readonly string[]): number {
  const countWords = reflectiveWordCounter(words);
  let count = 0;
  let tokens = 0;
  for (const sample of samples) {
    count += countWords(sample.text);
    tokens += sample.tokens;
  }
  return reflectionRate(count, tokens);
}
