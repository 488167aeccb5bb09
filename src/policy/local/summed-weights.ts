import type { Engine, EngineTensor, ModelSpec } from "../../engine/index.ts";
import { alone } from "../../model/joined-weights.ts";
import { parameterLayout, parameterViews } from "../../model/parameters.ts";
import { accumulating, sumName } from "../device/update-graphs.ts";
import type { TrainedWeights } from "./policy-trainer.ts";
import { gradientName, type TrainableWeights, type TrainableWeightsInit } from "./trainable-weights.ts";

/**
 * A large model's weights, whose gradients the graph adds up in place: each as soon as it is made, on all of the
 * engine's threads, so that a run gives nothing out.
 */
export class SummedWeights implements TrainedWeights {
  readonly inputs: Readonly<Record<string, EngineTensor>>;
  readonly adding: {
    readonly graph: (training: ModelSpec) => ModelSpec;
    readonly inputs: Readonly<Record<string, EngineTensor>>;
    readonly outputs: Readonly<Record<string, EngineTensor>>;
  };
  /** ONNX Runtime refuses shared memory. */
  private readonly sums: Float32Array;

  constructor(
    engine: Engine,
    private readonly weights: TrainableWeights,
    private readonly init: TrainableWeightsInit,
  ) {
    this.inputs = weights.inputs;
    const layout = parameterLayout(init.config);
    this.sums = new Float32Array(new Float32Array(init.shared.gradients[init.index]!).length);
    const views = parameterViews(this.sums, layout);
    const tensors = layout.map(({ name, shape }) => ({ name, sum: engine.tensor(views.get(name)!, shape) }));
    this.adding = {
      graph: (training) => accumulating(training, layout.map(alone)),
      inputs: Object.fromEntries(tensors.map(({ name, sum }) => [sumName(name), sum])),
      outputs: Object.fromEntries(tensors.map(({ name, sum }) => [gradientName(name), sum])),
    };
  }

  referenceInputs(): Record<string, EngineTensor> {
    return this.weights.referenceInputs();
  }

  clearGradients(): void {
    this.sums.fill(0);
  }

  /** Leaves the sums in this worker's shared buffer. */
  publish(): void {
    new Float32Array(this.init.shared.gradients[this.init.index]!).set(this.sums);
  }
}
