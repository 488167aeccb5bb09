/** The program of a thread that makes its part of a large model's update, in the memory that all threads share. */
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterLayout } from "../../model/parameters.ts";
import { adamWUpdate, blockSquares, NORM_BLOCK, type AdamWOptions, type DecayRange } from "../../optimizer/index.ts";
import { momentsOf, type SharedState } from "./shared-state.ts";

export interface UpdateWorkerInit {
  readonly config: ModelConfig;
  /** Of a model with one engine worker. */
  readonly shared: SharedState;
  readonly optimizer: AdamWOptions;
  /** Which part of so many is this thread's. */
  readonly part: number;
  readonly parts: number;
}

export interface UpdateWorkerCalls {
  /** The sums of the squared gradients of its blocks, in order. */
  squares(): number[];
  /** AdamW's step on its part of the published parameters and the moments; the number of updates stays as it is. */
  step(learningRate: number, gradientScale: number): void;
}

export default function start({ config, shared, optimizer, part, parts }: UpdateWorkerInit): UpdateWorkerCalls {
  const parameters = new Float32Array(shared.parameters);
  const gradients = new Float32Array(shared.gradients[0]!);
  const blocks = Math.ceil(gradients.length / NORM_BLOCK);
  const [from, to] = [Math.floor((blocks * part) / parts), Math.floor((blocks * (part + 1)) / parts)];
  const ranges = rangesWithin(parameterLayout(config), from * NORM_BLOCK, to * NORM_BLOCK);
  return {
    squares: () => blockSquares(gradients, from, to),
    step: (learningRate, gradientScale) =>
      adamWUpdate(
        parameters,
        gradients,
        { ...momentsOf(shared) },
        { learningRate, gradientScale, ranges, options: optimizer },
      ),
  };
}

/** What of some ranges lies within bounds, `to` excluded. */
function rangesWithin(ranges: readonly DecayRange[], from: number, to: number): DecayRange[] {
  return ranges.flatMap(({ offset, size, decay }) => {
    const [start, end] = [Math.max(offset, from), Math.min(offset + size, to)];
    return start < end ? [{ offset: start, size: end - start, decay }] : [];
  });
}
