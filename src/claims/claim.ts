import type { Stage } from "../pipelines/stage-runner.ts";
import type { Findings } from "./claim-result.ts";
import type { Laboratory } from "./laboratory.ts";

/** An experiment on a claim of the paper, with what is expected written before it is run. */
export interface Claim {
  readonly name: string;
  readonly statement: string;
  readonly hypothesis: string;
  readonly method: string;
  readonly control: string;
  /** What it trains and measures for a seed. */
  stages(laboratory: Laboratory, seed: number): readonly Stage[];
  /** Reads the finished stages. */
  find(laboratory: Laboratory, seeds: readonly number[]): Promise<Findings>;
}
