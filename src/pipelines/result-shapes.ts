import { EMERGENCE_SHAPE, EVALUATION_SHAPE } from "../store/row-shapes.ts";
import {
  fields,
  integerWithin,
  list,
  namedValues,
  number,
  orNull,
  boundedText,
  truth,
  type Shape,
} from "../store/shape.ts";

/** What the results of stages are like where they are read from their folders. */
const count = integerWithin(0, Number.MAX_SAFE_INTEGER);
const path = boundedText(10_000);
const figure = number(0);
const LONGEST_TEXT = 2 ** 24;

const EXAMPLE = fields({
  question: boundedText(LONGEST_TEXT),
  beforeText: boundedText(LONGEST_TEXT),
  beforeAnswer: orNull(boundedText(LONGEST_TEXT)),
  afterText: boundedText(LONGEST_TEXT),
  afterAnswer: orNull(boundedText(LONGEST_TEXT)),
});

export const TRAINING_RESULT: Shape = fields(
  {
    run: path,
    steps: count,
    seconds: number(0, 1e12),
    before: orNull(EVALUATION_SHAPE),
    after: orNull(EVALUATION_SHAPE),
    interrupted: truth,
    example: orNull(EXAMPLE),
    peakMegabytes: figure,
  },
  { plannedMegabytes: orNull(figure), stopped: orNull(boundedText(LONGEST_TEXT)) },
);

export const REJECTION_RESULT: Shape = fields({
  folder: path,
  examples: count,
  sampled: count,
  dropped: namedValues(count, 100),
  sampledTokens: count,
});

export const PAIRS_RESULT: Shape = fields({ pairs: count, unbalanced: count });

export const REWARD_MODEL_RESULT: Shape = fields({
  folder: path,
  pairs: count,
  testPairs: count,
  testAccuracy: number(),
  longerChosen: orNull(number()),
  loss: number(),
  seconds: number(0, 1e12),
});

const SAMPLE = fields({
  tokens: count,
  right: truth,
  answer: orNull(boundedText(LONGEST_TEXT)),
  truncated: truth,
  corrects: truth,
  turnedRight: truth,
});

export const MEASUREMENT_RESULT: Shape = fields({
  evaluation: EVALUATION_SHAPE,
  emergence: EMERGENCE_SHAPE,
  general: orNull(fields({ preference: number(), standardError: figure, prompts: count })),
  difficulties: list(number(), 2 ** 20),
  samples: list(list(SAMPLE, 2 ** 16), 2 ** 20),
});

const TEMPLATE_ROW = fields({
  name: boundedText(1000),
  kind: boundedText(100),
  accuracy: number(),
  standardError: number(),
  formatShare: number(),
  truncatedShare: number(),
  meanLength: number(),
  difference: number(),
  differenceError: number(),
});

export const TEMPLATE_RESULT: Shape = fields({
  rows: list(TEMPLATE_ROW, 1000),
  skipped: list(fields({ name: boundedText(1000), reason: boundedText(10_000) }), 1000),
  spread: number(),
  fewShotEffect: orNull(number()),
});

export const TOKEN_CHANGES_RESULT: Shape = fields({
  completions: count,
  tokens: count,
  changes: list(fields({ token: boundedText(1000), count, change: number(), size: figure }), 2 ** 22),
});

export const PRETRAIN_RESULT: Shape = fields({
  folder: path,
  steps: count,
  seconds: number(0, 1e12),
  parameters: count,
  loss: number(),
  gate: list(
    fields(
      { kind: boundedText(100), value: number(), pass: truth, meaning: boundedText(1000), probes: count },
      { atLeast: number(), atMost: number() },
    ),
    1000,
  ),
});
