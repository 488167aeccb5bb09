import { estimate } from "../numbers/statistics.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import { bySeed } from "./by-seed.ts";
import type { ClaimTable, Figure, Findings, Measure } from "./claim-result.ts";
import type { Laboratory } from "./laboratory.ts";

/** What is written of an experiment before it is run. */
export interface ClaimTexts {
  readonly name: string;
  /** What the paper says, in our words. */
  readonly statement: string;
  readonly hypothesis: string;
  readonly method: string;
  readonly control: string;
}

/** An experiment on a claim of the paper, with what is expected written before it is run. */
export interface Claim extends ClaimTexts {
  /** What it trains and measures for a seed. */
  stages(laboratory: Laboratory, seed: number): readonly Stage[];
  /** Reads the finished stages. */
  find(laboratory: Laboratory, seeds: readonly number[]): Promise<Findings>;
}

/** Whose runs the outcomes are. */
export interface Runs {
  readonly laboratory: Laboratory;
  readonly seeds: readonly number[];
}

/** A number that is read of each seed's outcome. */
export interface SeedMeasure<Outcome> extends Omit<Measure, "estimate"> {
  /** Null where a seed has none: the others count alone, and without any the measure is left out. */
  readonly of: (outcome: Outcome) => number | null;
}

/** An experiment, from its runs to what they show. Outcomes come by seed, in the order of the seeds. */
export interface Experiment<Outcome> extends ClaimTexts {
  /** The runs: what is trained and measured for a seed. */
  readonly stages: (laboratory: Laboratory, seed: number) => readonly Stage[];
  /** What a seed's finished runs say. */
  readonly outcome: (laboratory: Laboratory, seed: number) => Promise<Outcome>;
  /** What is read of it; the measures with a test are the judgement. */
  readonly measures: (outcomes: readonly Outcome[], runs: Runs) => readonly SeedMeasure<Outcome>[];
  readonly tables?: (outcomes: readonly Outcome[], runs: Runs) => readonly ClaimTable[];
  readonly figures: (outcomes: readonly Outcome[], runs: Runs) => readonly Figure[];
  readonly remarks?: (outcomes: readonly Outcome[], runs: Runs) => readonly string[];
}

/** A claim that is found out by an experiment. */
export function defineClaim<Outcome>(experiment: Experiment<Outcome>): Claim {
  const { name, statement, hypothesis, method, control, stages } = experiment;
  return {
    name,
    statement,
    hypothesis,
    method,
    control,
    stages,
    async find(laboratory, seeds) {
      const runs = { laboratory, seeds };
      const outcomes = await bySeed(seeds, (seed) => experiment.outcome(laboratory, seed));
      return {
        measures: experiment.measures(outcomes, runs).flatMap((measure) => overSeeds(measure, outcomes)),
        tables: experiment.tables?.(outcomes, runs) ?? [],
        figures: experiment.figures(outcomes, runs),
        remarks: experiment.remarks?.(outcomes, runs) ?? [],
      };
    },
  };
}

function overSeeds<Outcome>(
  { name, unit, of, test, note }: SeedMeasure<Outcome>,
  outcomes: readonly Outcome[],
): readonly Measure[] {
  const values = outcomes.map(of).filter((value) => value !== null);
  if (values.length === 0) return [];
  return [
    {
      name,
      unit,
      estimate: estimate(values),
      ...(test === undefined ? {} : { test }),
      ...(note === undefined ? {} : { note }),
    },
  ];
}
