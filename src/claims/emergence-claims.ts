import { mean } from "../numbers/metrics.ts";
import type { MeasuredSample } from "../evaluation/measured-samples.ts";
import type { Measurement } from "../pipelines/measure-model.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import { bySeed } from "./by-seed.ts";
import type { Claim } from "./claim.ts";
import type { Series } from "./claim-result.ts";
import type { Laboratory } from "./laboratory.ts";
import { sharePoint } from "./share-point.ts";
import { estimate } from "../numbers/statistics.ts";
import { meanSeries, trainingCurves } from "./training-curves.ts";

const ABOVE_0 = { direction: "above", bound: 0 } as const;
const METHOD =
  "GRPO with a reward of 1 for a right answer and 0 otherwise, 110 steps of 32 problems x 8 completions, from models/countdown-base; 444 held-out problems, 16 samples each, T = 1, before and after.";
const CONTROL =
  "The base itself, measured in the same way at step 0; and the same training from a base whose corpus never tries again (models/countdown-no-retries-base).";

interface BeforeAfter {
  readonly before: Measurement;
  readonly after: Measurement;
  readonly controlBefore: Measurement;
  readonly controlAfter: Measurement;
}

function measures(laboratory: Laboratory, seed: number): Record<keyof BeforeAfter, Stage<Measurement>> {
  return {
    before: laboratory.measureOften("base", seed, laboratory.countdown),
    after: laboratory.measureOften("zero", seed, laboratory.zero(seed)),
    controlBefore: laboratory.measure("control-base", seed, laboratory.noRetries),
    controlAfter: laboratory.measure("control", seed, laboratory.control(seed)),
  };
}

async function measured(laboratory: Laboratory, seeds: readonly number[]): Promise<BeforeAfter[]> {
  return bySeed(seeds, async (seed) => {
    const { before, after, controlBefore, controlAfter } = measures(laboratory, seed);
    const result = (stage: Stage<Measurement>): Promise<Measurement> => laboratory.runner.result(stage);
    return {
      before: await result(before),
      after: await result(after),
      controlBefore: await result(controlBefore),
      controlAfter: await result(controlAfter),
    };
  });
}

function stages(laboratory: Laboratory, seed: number): Stage[] {
  return Object.values(measures(laboratory, seed));
}

function share(measurement: Measurement, holds: (sample: MeasuredSample) => boolean): number {
  return mean(measurement.samples.flat().map((sample) => (holds(sample) ? 1 : 0)));
}

export const pureRl: Claim = {
  name: "pure-rl",
  statement:
    "Reinforcement learning on rule-based rewards alone, without any supervised example, makes a base model reason better (R1-Zero).",
  hypothesis: "Held-out accuracy rises; by more than 30 points, one would expect.",
  method: METHOD,
  control: CONTROL,
  stages,
  async find(laboratory, seeds) {
    const all = await measured(laboratory, seeds);
    const accuracies = (of: (one: BeforeAfter) => Measurement): number[] =>
      all.map((one) => of(one).evaluation.accuracy);
    const rise = all.map(({ before, after }) => after.evaluation.accuracy - before.evaluation.accuracy);
    return {
      measures: [
        { name: "accuracy gained", unit: "difference", estimate: estimate(rise), test: ABOVE_0 },
        { name: "accuracy of the base", unit: "share", estimate: estimate(accuracies(({ before }) => before)) },
        { name: "accuracy after RL", unit: "share", estimate: estimate(accuracies(({ after }) => after)) },
        {
          name: "control, before",
          unit: "share",
          estimate: estimate(accuracies(({ controlBefore }) => controlBefore)),
        },
        {
          name: "control, after RL",
          unit: "share",
          estimate: estimate(accuracies(({ controlAfter }) => controlAfter)),
        },
      ],
      tables: [],
      figures: [
        {
          name: "pure-rl",
          title: "Right answers over the steps of RL (training rollouts)",
          kind: "lines",
          x: "step",
          y: "right answers",
          percent: true,
          series: [
            {
              name: "base with retries",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.zero(seed)),
                  ({ accuracy }) => accuracy,
                ),
              ),
            },
            {
              name: "control, no retries",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.control(seed)),
                  ({ accuracy }) => accuracy,
                ),
              ),
            },
          ],
        },
      ],
      remarks: [],
    };
  },
};

const BUDGETS: readonly number[] = [16, 32, 48, 64, 96, 128, 192, 256];

export const length: Claim = {
  name: "length",
  statement: "Completions grow longer by themselves during RL, as the model uses more thinking.",
  hypothesis: "Mean length on held-out problems grows, to at least twice the base's; nothing rewards length.",
  method: `${METHOD} At a fixed budget of b tokens a completion that is longer counts as no answer.`,
  control: CONTROL,
  stages,
  async find(laboratory, seeds) {
    const all = await measured(laboratory, seeds);
    const growth = (from: (one: BeforeAfter) => Measurement, to: (one: BeforeAfter) => Measurement): number[] =>
      all.map((one) => to(one).evaluation.meanLength - from(one).evaluation.meanLength);
    const lengths = (of: (one: BeforeAfter) => number | null): number[] => all.flatMap((one) => of(one) ?? []);
    const budgets = BUDGETS.filter((budget) => budget <= laboratory.scale.maxCompletionTokens);
    const atBudget = (name: string, of: (one: BeforeAfter) => Measurement): Series => ({
      name,
      points: budgets.map((budget) =>
        sharePoint(
          budget,
          all.map((one) => share(of(one), ({ right, tokens }) => right && tokens <= budget)),
        ),
      ),
    });
    const [baseAtBudget, afterAtBudget] = [
      atBudget("base", ({ before }) => before),
      atBudget("after RL", ({ after }) => after),
    ];
    const worse = budgets.filter((_, i) => afterAtBudget.points[i]!.y <= baseAtBudget.points[i]!.y);
    const right = lengths(({ after }) => after.emergence.rightLength);
    const wrong = lengths(({ after }) => after.emergence.wrongLength);
    return {
      measures: [
        {
          name: "length gained",
          unit: "tokens",
          estimate: estimate(
            growth(
              ({ before }) => before,
              ({ after }) => after,
            ),
          ),
          test: ABOVE_0,
        },
        {
          name: "length after over before",
          unit: "times",
          estimate: estimate(
            all.map(({ before, after }) => after.evaluation.meanLength / before.evaluation.meanLength),
          ),
        },
        {
          name: "length gained by the control",
          unit: "tokens",
          estimate: estimate(
            growth(
              ({ controlBefore }) => controlBefore,
              ({ controlAfter }) => controlAfter,
            ),
          ),
        },
        ...(right.length > 0
          ? [{ name: "length of right completions after RL", unit: "tokens" as const, estimate: estimate(right) }]
          : []),
        ...(wrong.length > 0
          ? [
              {
                name: "length of wrong, finished completions after RL",
                unit: "tokens" as const,
                estimate: estimate(wrong),
              },
            ]
          : []),
        {
          name: "cut at the limit after RL",
          unit: "share",
          estimate: estimate(all.map(({ after }) => after.evaluation.truncatedShare)),
        },
      ],
      tables: [],
      figures: [
        {
          name: "length",
          title: "Mean length over the steps of RL (training rollouts)",
          kind: "lines",
          x: "step",
          y: "tokens",
          series: [
            {
              name: "base with retries",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.zero(seed)),
                  ({ emergence }) => emergence.meanLength,
                ),
              ),
            },
            {
              name: "control, no retries",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.control(seed)),
                  ({ emergence }) => emergence.meanLength,
                ),
              ),
            },
          ],
        },
        {
          name: "length-budget",
          title: "Right answers within a budget of tokens",
          kind: "lines",
          x: "budget, tokens",
          y: "right answers",
          percent: true,
          series: [baseAtBudget, afterAtBudget],
        },
      ],
      remarks: [
        worse.length === 0
          ? "Within every budget the trained model is right more often than the base."
          : `Within budgets of ${worse.join(", ")} tokens the trained model is right no more often than the base: there it can't use what it gained by thinking longer.`,
      ],
    };
  },
};

export const aha: Claim = {
  name: "aha",
  statement: "Self-correction rises during RL without being taught or rewarded (the aha moment).",
  hypothesis:
    "The share of completions that reject a try of their own and go on rises over the base's (by more than 20 points, one would expect), and so does the share that ends right after doing so.",
  method: METHOD,
  control: CONTROL,
  stages,
  async find(laboratory, seeds) {
    const all = await measured(laboratory, seeds);
    const change = (holds: (sample: MeasuredSample) => boolean): number[] =>
      all.map(({ before, after }) => share(after, holds) - share(before, holds));
    const corrects = (sample: MeasuredSample): boolean => sample.corrects;
    return {
      measures: [
        { name: "self-correction gained", unit: "difference", estimate: estimate(change(corrects)), test: ABOVE_0 },
        {
          name: "completions turned from wrong to right by a correction, gained",
          unit: "difference",
          estimate: estimate(change((sample) => sample.turnedRight)),
          test: ABOVE_0,
        },
        {
          name: "self-correction of the base",
          unit: "share",
          estimate: estimate(all.map(({ before }) => share(before, corrects))),
        },
        {
          name: "self-correction after RL",
          unit: "share",
          estimate: estimate(all.map(({ after }) => share(after, corrects))),
        },
        {
          name: "self-correction of the control after RL",
          unit: "share",
          estimate: estimate(all.map(({ controlAfter }) => share(controlAfter, corrects))),
        },
        {
          name: "reflective words by thousand tokens, gained",
          unit: "number",
          estimate: estimate(
            all.map(({ before, after }) => after.emergence.taskReflectionRate - before.emergence.taskReflectionRate),
          ),
        },
      ],
      tables: [],
      figures: [
        {
          name: "aha",
          title: "Completions that correct themselves (training rollouts)",
          kind: "lines",
          x: "step",
          y: "share",
          percent: true,
          series: [
            {
              name: "base with retries",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.zero(seed)),
                  ({ emergence }) => emergence.selfCorrectionShare ?? 0,
                ),
              ),
            },
            {
              name: "control, no retries",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.control(seed)),
                  ({ emergence }) => emergence.selfCorrectionShare ?? 0,
                ),
              ),
            },
          ],
        },
      ],
      remarks: [
        "The control's corpus never tries again: what its row shows is what RL adds by itself, the difference to it is what RL makes of a behaviour that the base has.",
      ],
    };
  },
};

export const effort: Claim = {
  name: "effort",
  statement: "The model learns to spend more thinking on harder problems.",
  hypothesis: "The correlation of a completion's length with its problem's difficulty is higher after RL than before.",
  method: `${METHOD} Difficulty is a problem's rank by the share of candidates that hit. Pearson's correlation over all samples.`,
  control: "The base at step 0.",
  stages: (laboratory, seed) => stages(laboratory, seed).slice(0, 2),
  async find(laboratory, seeds) {
    const all = await bySeed(seeds, async (seed) => {
      const { before, after } = measures(laboratory, seed);
      return {
        before: (await laboratory.runner.result(before)).emergence,
        after: (await laboratory.runner.result(after)).emergence,
      };
    });
    const correlations = (of: (one: (typeof all)[number]) => number | null): number[] => all.map((one) => of(one) ?? 0);
    const [before, after] = [
      correlations((one) => one.before.effortCorrelation),
      correlations((one) => one.after.effortCorrelation),
    ];
    const bins = (name: string, of: (one: (typeof all)[number]) => readonly (number | null)[]): Series => ({
      name,
      points: [0, 1, 2, 3, 4].flatMap((bin) => {
        const lengths = all.flatMap((one) => of(one)[bin] ?? []);
        return lengths.length === 0 ? [] : [{ x: bin, y: mean(lengths) }];
      }),
    });
    return {
      measures: [
        {
          name: "correlation gained",
          unit: "number",
          estimate: estimate(after.map((value, i) => value - before[i]!)),
          test: ABOVE_0,
        },
        { name: "correlation of the base", unit: "number", estimate: estimate(before) },
        { name: "correlation after RL", unit: "number", estimate: estimate(after) },
      ],
      tables: [],
      figures: [
        {
          name: "effort",
          title: "Mean length by difficulty",
          kind: "bars",
          x: "difficulty",
          y: "tokens",
          labels: ["easy", "", "middle", "", "hard"],
          series: [
            bins("base", (one) => one.before.lengthByDifficulty),
            bins("after RL", (one) => one.after.lengthByDifficulty),
          ],
        },
      ],
      remarks: [],
    };
  },
};
