import { EngineError } from "../errors.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { parameterLayout, parameterViews, type ParameterInfo } from "../model/parameters.ts";
import { inputTensor, type InputTensor, type Session } from "../onnx/index.ts";
import { adamWUpdate, clipFactor, createAdamWState, globalNorm, type AdamWOptions, type AdamWState } from "../optimizer/index.ts";

export interface TrainableWeightsInit {
  readonly config: ModelConfig;
  /** Shared by all workers: where updated parameters are published. */
  readonly parameters: SharedArrayBuffer;
  /** One a worker: where each leaves its gradients. */
  readonly gradients: readonly SharedArrayBuffer[];
  /** Which of `gradients` is this worker's. */
  readonly index: number;
  readonly optimizer: AdamWOptions;
}

export interface OptimizerMoments {
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly updates: number;
}

/** The name under which a run of a training graph gives the gradient of a parameter. */
export function gradientName(parameter: string): string {
  return `d:${parameter}`;
}

/** One worker's copy of a model's weights, its gradients and, in the worker that updates, the optimizer's state. */
export class TrainableWeights {
  readonly parameters: Float32Array;
  /** The parameters as inputs of a graph; they follow every change. */
  readonly inputs: Record<string, InputTensor>;
  private readonly layout: readonly ParameterInfo[];
  private readonly published: Float32Array;
  private readonly allGradients: readonly Float32Array[];
  private state: AdamWState | undefined;

  constructor(private readonly init: TrainableWeightsInit) {
    this.layout = parameterLayout(init.config);
    this.published = new Float32Array(init.parameters);
    // ONNX Runtime refuses shared memory, so each worker reads a copy of its own.
    this.parameters = this.published.slice();
    this.allGradients = init.gradients.map((buffer) => new Float32Array(buffer));
    this.inputs = this.asInputs(this.parameters);
  }

  asInputs(parameters: Float32Array): Record<string, InputTensor> {
    const views = parameterViews(parameters, this.layout);
    return Object.fromEntries(this.layout.map((info) => [info.name, inputTensor(views.get(info.name)!, info.shape)]));
  }

  views(): Map<string, Float32Array> {
    return parameterViews(this.parameters, this.layout);
  }

  /** Takes over the published parameters. */
  refresh(): void {
    this.parameters.set(this.published);
  }

  clearGradients(): void {
    this.allGradients[this.init.index]!.fill(0);
  }

  /** Adds the gradients that one run of a training graph gave. */
  addGradients(outputs: Awaited<ReturnType<Session["run"]>>): void {
    const target = this.allGradients[this.init.index]!;
    for (const info of this.layout) addInto(target, info.offset, outputs[gradientName(info.name)]!.data as Float32Array);
  }

  /**
   * Sums all workers' gradients, clips, makes one optimizer step and publishes the parameters. Returns the norm before clipping.
   *
   * @throws EngineError when the gradient isn't finite; nothing is then changed
   */
  update(learningRate: number, clipNorm: number): number {
    const [total, ...others] = this.allGradients as [Float32Array, ...Float32Array[]];
    for (const gradients of others) addInto(total, 0, gradients);
    const norm = globalNorm(total);
    if (!Number.isFinite(norm)) throw new EngineError(`Expected a finite gradient, got a norm of ${norm}; nothing was updated. Lower the learning rate, or resume from an earlier checkpoint.`);
    this.state ??= createAdamWState(this.parameters.length);
    adamWUpdate(this.parameters, total, this.state, learningRate, clipFactor(norm, clipNorm), this.layout, this.init.optimizer);
    this.published.set(this.parameters);
    return norm;
  }

  moments(): OptimizerMoments {
    this.state ??= createAdamWState(this.parameters.length);
    return { ...this.state };
  }

  restoreMoments(moments: OptimizerMoments): void {
    this.state = { firstMoment: moments.firstMoment.slice(), secondMoment: moments.secondMoment.slice(), updates: moments.updates };
  }
}

function addInto(target: Float32Array, offset: number, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) target[offset + i] = target[offset + i]! + values[i]!;
}
