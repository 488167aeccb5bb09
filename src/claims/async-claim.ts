import type { ZeroOptions } from "../training/zero-groups.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import { ASYNC_ARM_RESULT, runAsyncArm, timeTo, type AsyncArm, type AsyncArmResult } from "./async-arm.ts";
import { bySeed } from "./by-seed.ts";
import { defineClaim, type Claim } from "./claim.ts";
import type { FigureSeries } from "./claim-result.ts";
import { above, below } from "./judgement.ts";
import type { Laboratory } from "./laboratory.ts";
import { COMPUTING_CHECKS, WAITING_CHECKS } from "./simulated-checks.ts";

const [LEARNT, HALFWAY] = [0.75, 0.6];

type ArmName = (typeof ARM_NAMES)[number];
const ARM_NAMES = [
  "synchronous",
  "open 2, bound 1",
  "open 2, bound 2",
  "open 2, bound 4",
  "open 9, clip",
  "open 9, wider clip",
  "open 9, truncated weights",
  "open 9, no correction",
  "computing, synchronous",
  "computing, open 2",
] as const;

/** As many as there are colours. */
const DRAWN: readonly ArmName[] = [
  "synchronous",
  "open 2, bound 4",
  "open 9, clip",
  "open 9, wider clip",
  "open 9, truncated weights",
  "open 9, no correction",
];

/** @param batch groups of a batch */
function armOf(name: ArmName, batch: number): Omit<AsyncArm, "until"> {
  const waiting = { times: WAITING_CHECKS, correction: "clip" } as const;
  const two = (staleness: number): Partial<ZeroOptions> => ({ open: 2 * batch, staleness });
  const nine = { open: 9 * batch, staleness: 8 };
  const arms: Readonly<Record<ArmName, Omit<AsyncArm, "until">>> = {
    // One batch open: each step waits for the last verdict of its own.
    synchronous: { ...waiting, options: { open: batch } },
    "open 2, bound 1": { ...waiting, options: two(1) },
    "open 2, bound 2": { ...waiting, options: two(2) },
    "open 2, bound 4": { ...waiting, options: two(4) },
    "open 9, clip": { ...waiting, options: nine },
    "open 9, wider clip": { ...waiting, options: { ...nine, clipEpsilonLow: 0.5, clipEpsilonHigh: 1 } },
    "open 9, truncated weights": { ...waiting, correction: "truncated", options: nine },
    "open 9, no correction": { ...waiting, correction: "none", options: nine },
    "computing, synchronous": { times: COMPUTING_CHECKS, correction: "clip", options: { open: batch } },
    "computing, open 2": { times: COMPUTING_CHECKS, correction: "clip", options: two(4) },
  };
  return arms[name];
}

/** What the arms of a seed came to. */
type Outcome = Readonly<Record<ArmName, AsyncArmResult>>;

export const asyncClaim: Claim = defineClaim({
  name: "async",
  statement:
    "Where answers are judged by slow checks (software engineering, where the paper found evaluation too expensive for RL at scale), rollouts written ahead of the updates save most of the time.",
  hypothesis:
    "With two batches open the same accuracy (75 %) is reached in less than 0.6 of the synchronous time, and 0.45 is aimed at; the bound on age hardly matters then. Filling nine batches throws the gain away; truncated weights and no correction are ended by the rule on KL. Where checks compute on the learner's cores nothing is won.",
  method:
    "Real learning (the base, problems and defaults of R1-Zero), a simulated clock: each check takes a lognormal time of mean 3 s (sigma 0.8), 2 % hang to ten times that, 64 at once, cut at 30 s and then unverifiable; writing takes 45 and learning 16 microseconds a token, as measured on two cores. Complete groups, the oldest first; groups older than the bound are dropped. Time until the mean accuracy of five batches, as they were written, reaches 75 % and 60 %; a run that ends before it counts with the time of its end.",
  control:
    "The synchronous loop, and checks that compute on the learner's two cores (mean 0.05 s, none hangs), where writing ahead must not win.",

  stages: (laboratory, seed) => ARM_NAMES.map((name) => armStage(laboratory, seed, name)),
  outcome: async (laboratory, seed) => {
    const results = await bySeed(
      ARM_NAMES.map((_, i) => i),
      (i) => laboratory.runner.result(armStage(laboratory, seed, ARM_NAMES[i]!)),
    );
    return Object.fromEntries(ARM_NAMES.map((name, i) => [name, results[i]!])) as unknown as Outcome;
  },

  measures: () => [
    {
      name: "time to 75 %, two batches open over synchronous",
      unit: "times",
      of: (arms) => reached(LEARNT, arms["open 2, bound 4"]) / reached(LEARNT, arms.synchronous),
      test: below(0.6),
    },
    {
      name: "time to 75 % where checks compute, two batches open over synchronous",
      unit: "times",
      of: (arms) => reached(LEARNT, arms["computing, open 2"]) / reached(LEARNT, arms["computing, synchronous"]),
      test: above(0.9),
    },
    {
      name: "time to 60 %, two batches open over synchronous",
      unit: "times",
      of: (arms) => reached(HALFWAY, arms["open 2, bound 4"]) / reached(HALFWAY, arms.synchronous),
    },
    {
      name: "time to 60 % where checks compute, two batches open over synchronous",
      unit: "times",
      of: (arms) => reached(HALFWAY, arms["computing, open 2"]) / reached(HALFWAY, arms["computing, synchronous"]),
    },
    {
      name: "time to 75 %, nine batches open over two",
      unit: "times",
      of: (arms) => reached(LEARNT, arms["open 9, clip"]) / reached(LEARNT, arms["open 2, bound 4"]),
    },
    {
      name: "seconds a step, synchronous",
      unit: "seconds",
      of: ({ synchronous }) => synchronous.seconds / synchronous.steps,
    },
    {
      name: "seconds a step, two batches open",
      unit: "seconds",
      of: (arms) => arms["open 2, bound 4"].seconds / arms["open 2, bound 4"].steps,
    },
  ],
  tables: (outcomes, { seeds }) => [
    {
      title: "Every run, times on the simulated clock",
      columns: [
        "run",
        "seed",
        "to 75 %",
        "to 60 %",
        "steps, batches",
        "seconds a step",
        "mean age (largest)",
        "groups dropped",
        "checks busy",
        "largest KL",
        "ended by the rule",
      ],
      rows: ARM_NAMES.flatMap((name) => outcomes.map((arms, i) => row(name, seeds[i]!, arms[name]))),
    },
  ],
  figures: (outcomes) => [
    {
      name: "async",
      title: "Right answers over simulated time (first seed)",
      kind: "lines",
      x: "seconds",
      y: "right answers",
      percent: true,
      series: DRAWN.map((name): FigureSeries => ({
        name,
        points: outcomes[0]![name].batches.map(({ time, accuracy }) => ({ x: time, y: accuracy })),
      })),
    },
  ],
  remarks: (outcomes) => [
    ...(outcomes.every((arms) => arms["open 2, bound 4"].dropped === 0)
      ? ["Two batches open under a bound of 4 dropped no group: a wider bound is the same run."]
      : []),
    "The clock is simulated: what it shows is how waiting, age and learning add up, with every check's time drawn from its own key, the same in every run.",
  ],
});

/** Seconds to a share; those of the whole run where it never came. */
function reached(share: number, { batches, seconds }: AsyncArmResult): number {
  return timeTo(share, batches) ?? seconds;
}

function row(name: ArmName, seed: number, arm: AsyncArmResult): string[] {
  const time = (share: number): string => timeTo(share, arm.batches)?.toFixed(0) ?? "never";
  return [
    name,
    String(seed),
    time(LEARNT),
    time(HALFWAY),
    `${arm.steps}, ${arm.batches.length}`,
    (arm.seconds / arm.steps).toFixed(1),
    `${arm.meanLag.toFixed(2)} (${arm.largestLag})`,
    String(arm.dropped),
    arm.busy.toFixed(2),
    arm.largestKl.toFixed(3),
    arm.stopped ? "yes" : "no",
  ];
}

function armStage(laboratory: Laboratory, seed: number, name: ArmName): Stage<AsyncArmResult> {
  const { runner, quick, workers, countdown, scale } = laboratory;
  const sizes = quick
    ? { problemsPerStep: 8, groupSize: 4, maxCompletionTokens: 64, steps: 3 }
    : { problemsPerStep: 32, steps: scale.steps };
  const arm = armOf(name, sizes.problemsPerStep);
  const settings: AsyncArm = {
    ...arm,
    options: { task: "countdown", seed, workers, ...sizes, ...arm.options },
    until: LEARNT,
  };
  return runner.define({
    name: `async-${name.replaceAll(/[ ,]+/g, "-")}-s${seed}`,
    title: "reinforcement learning whose checks take simulated time",
    inputs: [countdown],
    options: settings,
    expectedSeconds: quick ? 5 : 25,
    resultShape: ASYNC_ARM_RESULT,
    outputs: [],
    work: (_folder, { signal }) => runAsyncArm(countdown.folder, settings, signal),
  });
}
