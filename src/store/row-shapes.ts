import { VERDICT_KINDS, type Verdict } from "../records/verdict.ts";
import { STATUSES } from "./stop-status.ts";
import {
  fields,
  integerWithin,
  list,
  namedValues,
  number,
  oneOf,
  orNull,
  boundedText,
  truth,
  type Shape,
} from "./shape.ts";

/** Steps, places and samples fit the 32 bits in which they are exported. */
export const MOST_STEPS: number = 2 ** 31 - 1;
/** Milliseconds since 1970 that a Date can hold. */
export const LAST_TIME = 8.64e15;
export const STATES: readonly string[] = ["started", "resumed", "finished", "interrupted", "failed"];

const LONGEST_TEXT = 2 ** 24;
const LONGEST_NAME = 1000;
const count = integerWithin(0, Number.MAX_SAFE_INTEGER);
const step = integerWithin(0, MOST_STEPS);
const seconds = number(0, 1e12);
const notNegative = number(0);
const share = notNegative;

export const CONFIG_SHAPE: Shape = fields({ kind: boundedText(LONGEST_NAME) });

export const EMERGENCE_SHAPE: Shape = fields(
  {
    meanLength: orNull(notNegative),
    rightLength: orNull(notNegative),
    wrongLength: orNull(notNegative),
    truncatedLength: orNull(notNegative),
    selfCorrectionShare: orNull(share),
    selfCorrectionRight: orNull(share),
    paperReflectionRate: orNull(notNegative),
    taskReflectionRate: orNull(notNegative),
    meanAttempts: orNull(notNegative),
    lengthByDifficulty: list(orNull(notNegative), 100),
    effortCorrelation: orNull(number()),
  },
  {
    selfCorrectionError: orNull(notNegative),
    selfCorrectionRightError: orNull(notNegative),
    falseRejectionRate: orNull(share),
    falseAcceptanceRate: orNull(share),
  },
);

const UNVERIFIABLE: Shape = fields({
  count,
  reasons: list(fields({ reason: boundedText(LONGEST_TEXT), count }), 100),
});
/** Older rows hold the count alone. */
const COUNTED: Shape = (value) => (typeof value === "number" ? count : UNVERIFIABLE)(value);

const AHEAD: Shape = fields({
  lag: notNegative,
  largestLag: count,
  kl: number(),
  open: count,
  dropped: count,
  droppedInAll: count,
  late: count,
  busy: notNegative,
});

const STEP_FIELDS: Readonly<Record<string, Shape>> = {
  step,
  accuracy: orNull(share),
  accuracyError: notNegative,
  rewardMean: number(),
  rewardByPart: namedValues(number(), 1000),
  formatShare: share,
  truncatedShare: orNull(share),
  signalShare: share,
  unverifiable: COUNTED,
  rollouts: count,
  emergence: EMERGENCE_SHAPE,
  // What an imported run doesn't say is null.
  completionTokens: orNull(count),
  loss: orNull(number()),
  gradNorm: orNull(notNegative),
  clipFraction: orNull(share),
  kl: orNull(number()),
  entropy: orNull(number()),
  samplerGap: orNull(number()),
  samplerGapMax: orNull(number()),
  learningRate: orNull(number()),
  updates: orNull(count),
  trainedTokens: orNull(count),
  rolloutSeconds: orNull(seconds),
  rewardSeconds: orNull(seconds),
  updateSeconds: orNull(seconds),
  seconds: orNull(seconds),
  tokensPerSecond: orNull(notNegative),
};
const SAMPLERS_SHAPE: Shape = fields({
  jobs: count,
  again: count,
  bytesOut: count,
  bytesIn: count,
  samplers: count,
  kinds: list(boundedText(LONGEST_NAME), 100),
});
const ROUNDED: Shape = fields({ precision: oneOf("int8", "int4"), kl: number() });
const STEP: Shape = fields(STEP_FIELDS, { ahead: AHEAD, samplers: SAMPLERS_SHAPE, rounded: ROUNDED });

const FIT: Shape = fields({
  step,
  loss: number(),
  gradNorm: notNegative,
  learningRate: number(),
  epoch: notNegative,
  tokens: count,
  seconds,
  tokensPerSecond: notNegative,
});

/**
 * A step of reinforcement learning or of fine-tuning: the two are told apart by the accuracy, which only the first
 * has.
 */
export const METRICS_SHAPE: Shape = (value) =>
  (typeof value === "object" && value !== null && Object.hasOwn(value, "accuracy") ? STEP : FIT)(value);

const SAMPLE = {
  question: boundedText(LONGEST_TEXT),
  text: boundedText(LONGEST_TEXT),
  answer: orNull(boundedText(LONGEST_TEXT)),
};
/** Of older rows. */
const FIRST: Shape = fields({ ...SAMPLE, right: truth });
const FIRST_SAMPLE: Shape = fields({ ...SAMPLE, score: orNull(share) }, { rejects: truth });

export const EVALUATION_SHAPE: Shape = fields(
  {
    accuracy: share,
    standardError: notNegative,
    greedyAccuracy: orNull(share),
    meanLength: notNegative,
    selfCorrectionShare: share,
    truncatedShare: share,
    problems: count,
    samples: count,
  },
  {
    formatShare: orNull(share),
    languageMixing: orNull(share),
    majorityAccuracy: share,
    majoritySamples: count,
    passAtK: namedValues(share, 1000),
    majorityVote: namedValues(share, 1000),
    emergence: EMERGENCE_SHAPE,
    firsts: list(FIRST, 2 ** 18),
    firstSamples: list(FIRST_SAMPLE, 2 ** 18),
    judged: count,
    unverifiable: UNVERIFIABLE,
  },
);

const VERDICT: Shape = (value) => {
  const misfit = fields({ kind: oneOf(...VERDICT_KINDS) })(value);
  if (misfit !== null) return misfit;
  const { kind } = value as Verdict;
  if (kind === "right") return null;
  const reason = boundedText(LONGEST_TEXT);
  return kind === "partly" ? fields({ score: number(0, 1) }, { reason })(value) : fields({ reason })(value);
};

export const REWARD_SHAPE: Shape = fields({
  total: orNull(number()),
  breakdown: namedValues(number(), 1000),
  verdict: VERDICT,
});

/** A rollout apart from its reward, as it is read from its columns. */
export const ROLLOUT_SHAPE: Shape = fields({
  difficulty: number(),
  policy_step: integerWithin(-MOST_STEPS, MOST_STEPS),
  advantage: orNull(number()),
  status: oneOf(...STATUSES),
});
