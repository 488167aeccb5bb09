import { EngineError } from "../../errors.ts";
import { freeArray, noteFreed, noteGarbage } from "../../host/collect-garbage.ts";
import { adapterLayout, type LoraConfig } from "../../model/lora.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterLayout, parameterViews, type ParameterInfo } from "../../model/parameters.ts";
import { readFloats, type Engine, type EngineTensor } from "../../engine/index.ts";
import { adamWUpdate, clipFactor, globalNorm, type AdamWOptions } from "../../optimizer/index.ts";
import { withMoments, type SharedState } from "./shared-state.ts";

/** A model whose weights stay as they are while an adapter of them is trained. */
export interface AdaptedBase {
  /** Flat, in the order of `parameterLayout(config)`; empty where a device is given them one by one. */
  readonly parameters: Float32Array;
  readonly lora: LoraConfig;
}

export interface TrainableWeightsInit {
  /** The name of what computes: engine/devices.ts. */
  readonly device: string;
  readonly config: ModelConfig;
  /** With it the parameters below are the adapter's. */
  readonly adapted?: AdaptedBase | undefined;
  readonly shared: SharedState;
  /** Which of the shared gradients is this worker's. */
  readonly index: number;
  readonly optimizer: AdamWOptions;
}

/** The name under which a run of a training graph gives the gradient of a parameter. */
export function gradientName(parameter: string): string {
  return `d:${parameter}`;
}

/** What is trained of a model: its adapter's parameters where there is an adapter, else its own. */
export function trainableLayout(config: ModelConfig, lora: LoraConfig | undefined): readonly ParameterInfo[] {
  return lora === undefined ? parameterLayout(config) : adapterLayout(config, lora);
}

/** The error of an update whose gradient has such a norm. */
export function notFinite(norm: number): EngineError {
  return new EngineError(
    `Expected a finite gradient, got a norm of ${norm}; nothing was updated. Lower the learning rate, or resume from an earlier checkpoint.`,
  );
}

/** One worker's copy of what is trained, and its gradients. */
export class TrainableWeights {
  readonly parameters: Float32Array;
  /** All weights as inputs of a graph, those that stay as they are too; they follow every change. */
  readonly inputs: Record<string, EngineTensor>;
  readonly adding = {
    take: (outputs: Readonly<Record<string, EngineTensor>>): Promise<void> => this.addGradients(outputs),
  };
  private readonly layout: readonly ParameterInfo[];
  private readonly stays: Record<string, EngineTensor>;
  private readonly published: Float32Array;
  private readonly allGradients: readonly Float32Array[];

  constructor(
    private readonly engine: Engine,
    private readonly init: TrainableWeightsInit,
  ) {
    const { config, adapted } = init;
    this.layout = trainableLayout(config, adapted?.lora);
    this.stays = adapted === undefined ? {} : this.asTensors(adapted.parameters, parameterLayout(config));
    this.published = new Float32Array(init.shared.parameters);
    // ONNX Runtime refuses shared memory, so each worker reads a copy of its own.
    this.parameters = this.published.slice();
    this.allGradients = init.shared.gradients.map((buffer) => new Float32Array(buffer));
    this.inputs = this.asInputs(this.parameters);
  }

  /** All weights as inputs of a graph, with these in the place of those that are trained. */
  private asInputs(parameters: Float32Array): Record<string, EngineTensor> {
    return { ...this.stays, ...this.asTensors(parameters, this.layout) };
  }

  /**
   * The weights that can be written into a graph, by name: the base's under an adapter, else all, until the next
   * update.
   */
  constants(): ReadonlyMap<string, Float32Array> {
    const { config, adapted } = this.init;
    return parameterViews(adapted?.parameters ?? this.parameters, parameterLayout(config));
  }

  /** All weights as inputs of a graph, with the reference policy's in the place of those that are trained. */
  referenceInputs(): Record<string, EngineTensor> {
    const reference = new Float32Array(this.init.shared.reference).slice();
    noteGarbage(reference.byteLength);
    return this.asInputs(reference);
  }

  /** Those that no update changes, by name: the base's under an adapter, else none. */
  staying(): ReadonlyMap<string, Float32Array> {
    return this.init.adapted === undefined ? new Map() : this.constants();
  }

  /** Takes over the published parameters. */
  refresh(): void {
    this.parameters.set(this.published);
    this.refreshInputs();
  }

  private refreshInputs(): void {
    for (const { name } of this.layout) this.inputs[name]!.refresh();
  }

  private asTensors(flat: Float32Array, layout: readonly ParameterInfo[]): Record<string, EngineTensor> {
    const views = parameterViews(flat, layout);
    return Object.fromEntries(layout.map(({ name, shape }) => [name, this.engine.tensor(views.get(name)!, shape)]));
  }

  clearGradients(): void {
    this.allGradients[this.init.index]!.fill(0);
  }

  /** Adds the gradients that one run of a training graph gave, and frees them before the next gives its own. */
  async addGradients(outputs: Readonly<Record<string, EngineTensor>>): Promise<void> {
    const target = this.allGradients[this.init.index]!;
    for (const { name, offset } of this.layout) {
      const gradient = await readFloats(outputs, gradientName(name));
      addInto(target, offset, gradient);
      outputs[gradientName(name)]!.dispose();
      freeArray(gradient);
    }
    noteFreed(target.byteLength);
  }

  /**
   * Sums all workers' gradients, clips, makes one optimizer step and publishes the parameters. Returns the norm before
   * clipping.
   *
   * @throws EngineError when the gradient isn't finite; nothing is then changed
   */
  update(learningRate: number, clipNorm: number): number {
    const [total, ...others] = this.allGradients as [Float32Array, ...Float32Array[]];
    for (const gradients of others) addInto(total, 0, gradients);
    const norm = globalNorm(total);
    if (!Number.isFinite(norm)) throw notFinite(norm);
    const step = {
      learningRate,
      gradientScale: clipFactor(norm, clipNorm),
      ranges: this.layout,
      options: this.init.optimizer,
    };
    withMoments(this.init.shared, (moments) => adamWUpdate(this.parameters, total, moments, step));
    this.published.set(this.parameters);
    this.refreshInputs();
    return norm;
  }
}

function addInto(target: Float32Array, offset: number, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) target[offset + i] = target[offset + i]! + values[i]!;
}
