import { testTimeCompute, type TestTimeRow } from "../evaluation/test-time-compute.ts";
import type { Measurement } from "../pipelines/measure-model.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import { randomKey } from "../random.ts";
import { defineClaim, type Claim } from "./claim.ts";
import type { FigureSeries } from "./claim-result.ts";
import { above, sharePoint } from "./judgement.ts";
import type { Laboratory } from "./laboratory.ts";

/** What 1, 2, 4, ... samples of a problem are worth, in this order. */
type SampleRows = readonly TestTimeRow[];

interface VotingOutcome {
  readonly base: SampleRows;
  readonly trained: SampleRows;
}

const passAt1 = (rows: SampleRows): number => rows[0]!.passAtK;
const passAtAll = (rows: SampleRows): number => rows.at(-1)!.passAtK;
const voteOfAll = (rows: SampleRows): number => rows.at(-1)!.majorityVote;

export const votingClaim: Claim = defineClaim<VotingOutcome>({
  name: "voting",
  statement: "A majority vote over several samples (cons@k) beats a single one (pass@1).",
  hypothesis: "The vote of 16 is right more often than one sample, after RL.",
  method:
    "16 samples of each held-out problem after RL, T = 1; answers are equal when they are written alike. Votes of fewer are averaged over random subsets.",
  control: "pass@1 of the same samples; the base's vote.",

  stages: (laboratory, seed) => [trainedSamples(laboratory, seed), baseSamples(laboratory, seed)],
  outcome: async (laboratory, seed) => {
    const rows = async (measurement: Stage<Measurement>): Promise<SampleRows> => {
      const { samples } = await laboratory.runner.result(measurement);
      return testTimeCompute(samples, [laboratory.scale.maxCompletionTokens], randomKey(seed));
    };
    return {
      trained: await rows(trainedSamples(laboratory, seed)),
      base: await rows(baseSamples(laboratory, seed)),
    };
  },

  measures: (_outcomes, { laboratory }) => {
    const k = laboratory.scale.manySamples;
    return [
      {
        name: `vote of ${k} less pass@1, after RL`,
        unit: "difference",
        of: ({ trained }) => voteOfAll(trained) - passAt1(trained),
        test: above(0),
      },
      { name: "pass@1 after RL", unit: "share", of: ({ trained }) => passAt1(trained) },
      { name: `vote of ${k} after RL`, unit: "share", of: ({ trained }) => voteOfAll(trained) },
      { name: `pass@${k} after RL`, unit: "share", of: ({ trained }) => passAtAll(trained) },
      {
        name: `vote of ${k} less pass@1, base`,
        unit: "difference",
        of: ({ base }) => voteOfAll(base) - passAt1(base),
      },
    ];
  },

  figures: (outcomes) => [
    {
      name: "voting",
      title: "What more samples are worth, after RL",
      kind: "bars",
      x: "samples",
      y: "right",
      percent: true,
      labels: outcomes[0]!.trained.map(({ k }) => String(k)),
      series: [
        sampleSeries("majority vote", outcomes, (row) => row.majorityVote),
        sampleSeries("any of them right (pass@k)", outcomes, (row) => row.passAtK),
      ],
    },
  ],
});

function trainedSamples(laboratory: Laboratory, seed: number): Stage<Measurement> {
  return laboratory.measureOften("zero", seed, laboratory.zero(seed));
}

function baseSamples(laboratory: Laboratory, seed: number): Stage<Measurement> {
  return laboratory.measureOften("base", seed, laboratory.countdown);
}

/** A share by the number of samples, after RL. */
function sampleSeries(
  name: string,
  outcomes: readonly VotingOutcome[],
  of: (row: TestTimeRow) => number,
): FigureSeries {
  const places = outcomes[0]!.trained.map((_, i) => i);
  return {
    name,
    points: places.map((i) =>
      sharePoint(
        i,
        outcomes.map(({ trained }) => of(trained[i]!)),
      ),
    ),
  };
}
