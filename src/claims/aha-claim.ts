import type { MeasuredSample } from "../evaluation/measured-samples.ts";
import { mean } from "../numbers/metrics.ts";
import { estimate } from "../numbers/statistics.ts";
import type { Measurement } from "../pipelines/measure-model.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import type { TokenChanges } from "../pipelines/token-changes-stage.ts";
import {
  BEFORE_AFTER,
  beforeAfter,
  beforeAfterStages,
  shareOfSamples,
  zeroAndControl,
  type BeforeAfter,
} from "./before-after.ts";
import { defineClaim, type Claim, type SeedMeasure } from "./claim.ts";
import type { ClaimTable, Figure } from "./claim-result.ts";
import { above } from "./judgement.ts";
import type { Laboratory } from "./laboratory.ts";
import { measureText } from "./render-claims.ts";

interface AhaOutcome extends BeforeAfter {
  readonly greedyBefore: Measurement;
  readonly greedyAfter: Measurement;
  readonly tokens: TokenChanges;
}

/** Of the tokens that stand in one of this many places at least, so many are shown. */
const RAREST = 1 / 2000;
const SHOWN_TOKENS = 12;

const corrects = (sample: MeasuredSample): boolean => sample.corrects;
const turnedRight = (sample: MeasuredSample): boolean => sample.turnedRight;
const accuracy = ({ evaluation }: Measurement): number => evaluation.accuracy;

export const ahaClaim: Claim = defineClaim<AhaOutcome>({
  name: "aha",
  statement: "Self-correction rises during RL without being taught or rewarded (the aha moment).",
  hypothesis:
    "The share of completions that reject a try of their own and go on rises over the base's (by more than 20 points, one would expect), and so does the share that ends right after doing so.",
  method: `${BEFORE_AFTER.method} Greedy: the likeliest token always, one completion a problem. A try is falsely rejected where it was right and the model says no, falsely accepted where it was wrong and the model says yes. By token: the base's own completions of the held-out problems, scored by the base and after RL.`,
  control: BEFORE_AFTER.control,

  stages: (laboratory, seed) => [...beforeAfterStages(laboratory, seed), ...Object.values(further(laboratory, seed))],
  outcome: async (laboratory, seed) => {
    const { greedyBefore, greedyAfter, tokens } = further(laboratory, seed);
    return {
      ...(await beforeAfter(laboratory, seed)),
      greedyBefore: await laboratory.runner.result(greedyBefore),
      greedyAfter: await laboratory.runner.result(greedyAfter),
      tokens: await laboratory.runner.result(tokens),
    };
  },

  measures: () => [
    {
      name: "self-correction gained",
      unit: "difference",
      of: ({ before, after }) => shareOfSamples(after, corrects) - shareOfSamples(before, corrects),
      test: above(0),
    },
    {
      name: "completions turned from wrong to right by a correction, gained",
      unit: "difference",
      of: ({ before, after }) => shareOfSamples(after, turnedRight) - shareOfSamples(before, turnedRight),
      test: above(0),
    },
    { name: "self-correction of the base", unit: "share", of: ({ before }) => shareOfSamples(before, corrects) },
    { name: "self-correction after RL", unit: "share", of: ({ after }) => shareOfSamples(after, corrects) },
    {
      name: "self-correction of the control after RL",
      unit: "share",
      of: ({ controlAfter }) => shareOfSamples(controlAfter, corrects),
    },
    ...greedyMeasures(),
    ...verdictMeasures(),
  ],

  tables: (outcomes) => [tokenTable(outcomes)],

  figures: (outcomes, runs) => [
    {
      name: "aha",
      title: "Completions that correct themselves (training rollouts)",
      kind: "lines",
      x: "step",
      y: "share",
      percent: true,
      series: zeroAndControl(runs, ({ emergence }) => emergence.selfCorrectionShare ?? 0),
    },
    tokenFigure(outcomes),
  ],

  remarks: () => [
    "The control's corpus never tries again: what its row shows is what RL adds by itself, the difference to it is what RL makes of a behaviour that the base has.",
    "By token: only tokens that the base wrote are seen, in the places where it wrote them. One that RL makes likelier where the base never wrote it moves nothing here.",
  ],
});

/** What this claim measures beside what it shares with others. */
function further(
  laboratory: Laboratory,
  seed: number,
): {
  readonly greedyBefore: Stage<Measurement>;
  readonly greedyAfter: Stage<Measurement>;
  readonly tokens: Stage<TokenChanges>;
} {
  return {
    greedyBefore: laboratory.measureGreedy("base", seed, laboratory.countdown),
    greedyAfter: laboratory.measureGreedy("zero", seed, laboratory.zero(seed)),
    tokens: laboratory.tokenChanges(seed),
  };
}

function greedyMeasures(): SeedMeasure<AhaOutcome>[] {
  return [
    {
      name: "self-correction of the base, greedy",
      unit: "share",
      of: ({ greedyBefore }) => shareOfSamples(greedyBefore, corrects),
    },
    {
      name: "self-correction after RL, greedy",
      unit: "share",
      of: ({ greedyAfter }) => shareOfSamples(greedyAfter, corrects),
    },
    {
      name: "accuracy of the base, greedy less sampled",
      unit: "difference",
      of: ({ greedyBefore, before }) => accuracy(greedyBefore) - accuracy(before),
    },
    {
      name: "accuracy after RL, greedy less sampled",
      unit: "difference",
      of: ({ greedyAfter, after }) => accuracy(greedyAfter) - accuracy(after),
    },
    {
      name: "cut at the limit after RL, greedy",
      unit: "share",
      of: ({ greedyAfter }) => greedyAfter.evaluation.truncatedShare,
    },
  ];
}

/** How often the model is wrong about its own tries. */
function verdictMeasures(): SeedMeasure<AhaOutcome>[] {
  return [
    {
      name: "right tries falsely rejected, base",
      unit: "share",
      of: ({ before }) => before.emergence.falseRejectionRate ?? null,
    },
    {
      name: "right tries falsely rejected after RL",
      unit: "share",
      of: ({ after }) => after.emergence.falseRejectionRate ?? null,
    },
    {
      name: "wrong tries falsely accepted, base",
      unit: "share",
      of: ({ before }) => before.emergence.falseAcceptanceRate ?? null,
    },
    {
      name: "wrong tries falsely accepted after RL",
      unit: "share",
      of: ({ after }) => after.emergence.falseAcceptanceRate ?? null,
    },
  ];
}

/** A token's place in the order of change, with what each seed found of it. */
interface SeedsToken {
  readonly token: string;
  readonly counts: readonly number[];
  readonly changes: readonly number[];
  readonly sizes: readonly number[];
}

/** The tokens that RL moved most, of those that aren't rare, by the mean over seeds. */
function movedTokens(outcomes: readonly AhaOutcome[]): SeedsToken[] {
  const [first] = outcomes;
  return first!.tokens.changes
    .map(({ token }): SeedsToken => {
      const found = outcomes.flatMap(({ tokens }) => tokens.changes.filter((change) => change.token === token));
      return {
        token,
        counts: found.map(({ count }) => count),
        changes: found.map(({ change }) => change),
        sizes: found.map(({ size }) => size),
      };
    })
    .filter(({ counts }) => mean(counts) >= first!.tokens.tokens * RAREST)
    .sort((a, b) => mean(b.sizes) - mean(a.sizes))
    .slice(0, SHOWN_TOKENS);
}

function tokenTable(outcomes: readonly AhaOutcome[]): ClaimTable {
  return {
    title: "What RL changed by token, in nats of log-probability, means over seeds",
    columns: ["token", "times in the base's completions", "mean change", "mean size of the change"],
    rows: movedTokens(outcomes).map(({ token, counts, changes, sizes }) => [
      token,
      mean(counts).toFixed(0),
      measureText(mean(changes), "number"),
      measureText(mean(sizes), "number"),
    ]),
  };
}

function tokenFigure(outcomes: readonly AhaOutcome[]): Figure {
  const shown = movedTokens(outcomes);
  return {
    name: "aha-tokens",
    title: "How far RL moved the log-probability of a token",
    kind: "bars",
    x: "token",
    y: "mean size of the change, nats",
    labels: shown.map(({ token }) => token),
    series: [
      {
        name: "after RL",
        points: shown.map(({ sizes }, x) => {
          const { mean: y, low, high } = estimate(sizes);
          return { x, y, low: Math.max(0, low), high };
        }),
      },
    ],
  };
}
