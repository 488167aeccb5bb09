import { OptionError } from "../errors.ts";
import { meanOrNull } from "../numbers/metrics.ts";
import type { Attempt } from "../records/attempt.ts";
import type { Problem } from "../records/problem.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import type { VerdictKind } from "../records/verdict.ts";
import { lengthByDifficulty, pearson } from "./effort.ts";
import type { EmergenceMetrics } from "../records/emergence-metrics.ts";
import { PAPER_REFLECTIVE_WORDS, reflectionRate, reflectiveWordCounter } from "./reflective-words.ts";
import { correctsItself } from "./self-correction.ts";
import { share, type Share } from "../numbers/share.ts";

/** What is looked at in a completion. */
type Looked = Pick<JudgedRollout, "text" | "tokens" | "stop" | "verdict" | "attempts"> & {
  readonly problem: Pick<Problem, "difficulty">;
};

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
export function measureEmergence(samples: readonly Looked[], options: EmergenceOptions = {}): EmergenceMetrics {
  if (samples.length === 0) throw new OptionError("Expected at least one completion to measure, got none.");
  const lengths = samples.map(({ tokens }) => tokens.length);
  const difficulties = samples.map(({ problem }) => problem.difficulty);
  const counted = samples.filter(({ attempts }) => attempts !== undefined);
  const { corrected, correctedRight } = selfCorrection(counted);
  return {
    meanLength: meanOrNull(lengths) as number,
    rightLength: finishedLength(samples, "right"),
    wrongLength: finishedLength(samples, "wrong"),
    truncatedLength: meanOrNull(samples.filter(({ stop }) => stop === "length").map(({ tokens }) => tokens.length)),
    selfCorrectionShare: corrected?.value ?? null,
    selfCorrectionError: corrected?.error ?? null,
    selfCorrectionRight: correctedRight?.value ?? null,
    selfCorrectionRightError: correctedRight?.error ?? null,
    ...verdictErrors(counted.flatMap(({ attempts }) => attempts ?? [])),
    paperReflectionRate: rateOf(samples, PAPER_REFLECTIVE_WORDS),
    taskReflectionRate: rateOf(samples, options.taskReflectiveWords ?? []),
    meanAttempts: meanOrNull(counted.map(({ attempts }) => attempts?.length ?? 0)),
    lengthByDifficulty: lengthByDifficulty(lengths, difficulties),
    effortCorrelation: pearson(lengths, difficulties),
  };
}

function finishedLength(samples: readonly Looked[], kind: VerdictKind): number | null {
  return meanOrNull(
    samples.filter(({ stop, verdict }) => stop === "end" && verdict.kind === kind).map(({ tokens }) => tokens.length),
  );
}

function selfCorrection(counted: readonly Looked[]): {
  corrected: Share | null;
  correctedRight: Share | null;
} {
  const corrected = counted.filter(({ attempts, stop }) => correctsItself(attempts ?? [], stop));
  const verified = corrected.filter(({ verdict }) => verdict.kind !== "unverifiable");
  const right = verified.filter(({ verdict }) => verdict.kind === "right");
  return { corrected: share(corrected.length, counted.length), correctedRight: share(right.length, verified.length) };
}

/** How often the policy is wrong about its own tries: of those that are right, and of those that are wrong. */
function verdictErrors(
  attempts: readonly Attempt[],
): Pick<EmergenceMetrics, "falseRejectionRate" | "falseAcceptanceRate"> {
  const decided = attempts.filter(({ outcome, right }) => outcome !== "open" && right !== undefined);
  const shareOf = (tries: readonly Attempt[], outcome: Attempt["outcome"]): number | null =>
    share(tries.filter((one) => one.outcome === outcome).length, tries.length)?.value ?? null;
  return {
    falseRejectionRate: shareOf(
      decided.filter(({ right }) => right),
      "rejected",
    ),
    falseAcceptanceRate: shareOf(
      decided.filter(({ right }) => !right),
      "accepted",
    ),
  };
}

function rateOf(samples: readonly Looked[], words: readonly string[]): number {
  const countWords = reflectiveWordCounter(words);
  let count = 0;
  let tokens = 0;
  for (const sample of samples) {
    count += countWords(sample.text);
    tokens += sample.tokens.length;
  }
  return reflectionRate(count, tokens);
}
