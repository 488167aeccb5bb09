import { readFloats, type Engine, type EngineTensor, type ModelSpec, type Program } from "../../engine/index.ts";
import { noteGarbage } from "../../host/collect-garbage.ts";
import { parameterViews, type ParameterInfo } from "../../model/parameters.ts";
import { ADAMW_DEFAULTS, clipFactor } from "../../optimizer/index.ts";
import { momentsOf, setMoments } from "../local/shared-state.ts";
import {
  gradientName,
  notFinite,
  trainableLayout,
  type AdaptedBase,
  type TrainableWeightsInit,
} from "../local/trainable-weights.ts";
import { checkHalves, heldBase, type BasePrecision, type HeldBase } from "./base-precision.ts";
import {
  accumulating,
  clearingGraph,
  gatheringGraph,
  joiningGraph,
  partingGraph,
  sizeOf,
  sumName,
  updatedName,
  updatingGraph,
} from "./update-graphs.ts";

/** Numbers of a flat tensor, 512 MB: some devices bind no more than 2 GB at once. */
export const MOST_FLAT = 2 ** 27;

export interface DeviceWeightsInit extends Omit<TrainableWeightsInit, "adapted"> {
  /** An adapter is trained: the base's weights are then given one by one (`placeBase`). */
  readonly adapted?: Pick<AdaptedBase, "lora"> | undefined;
  readonly basePrecision: BasePrecision;
}

/** Parameters that are updated by one run: neighbours of the layout. */
interface Piece {
  readonly layout: readonly ParameterInfo[];
  readonly first: EngineTensor;
  readonly second: EngineTensor;
  readonly gradients: EngineTensor;
  readonly gather: Program;
  readonly update: Program;
  readonly part: Program;
  readonly join: Program;
}

/**
 * What is trained of a model, resident on a device: weights, the sum of their gradients, AdamW's moments. What comes
 * home is asked for (`settle`); of an update only the gradient's norm.
 */
export class DeviceWeights {
  /** All weights as inputs of a graph; they are written in place by every update. */
  readonly inputs: Readonly<Record<string, EngineTensor>>;
  /** The graph adds: the sums are its inputs, and the outputs that are written to. */
  readonly adding: {
    readonly graph: (training: ModelSpec) => ModelSpec;
    readonly inputs: Readonly<Record<string, EngineTensor>>;
    readonly outputs: Readonly<Record<string, EngineTensor>>;
  };
  private readonly held: HeldBase;
  private updates: number;
  private kept: Record<string, EngineTensor> | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly init: DeviceWeightsInit,
    private readonly pieces: readonly Piece[],
    private readonly clear: Program,
  ) {
    const { config, adapted } = init;
    this.held = heldBase(config, init.basePrecision);
    const base =
      adapted === undefined
        ? []
        : this.held.layout.map(({ name, shape, type }) => [name, engine.zeros(shape, type)] as const);
    const trained = this.layout.map(({ name, shape }) => [name, engine.zeros(shape)] as const);
    this.inputs = Object.fromEntries([...base, ...trained]);
    const sums = this.layout.map(({ name, shape }) => ({ name, sum: engine.zeros(shape) }));
    this.adding = {
      graph: (training) => accumulating(training, this.layout),
      inputs: Object.fromEntries(sums.map(({ name, sum }) => [sumName(name), sum])),
      outputs: Object.fromEntries(sums.map(({ name, sum }) => [gradientName(name), sum])),
    };
    this.updates = 0;
  }

  /** @throws EngineError where the device can't hold the base in the precision that is asked for */
  static async create(engine: Engine, init: DeviceWeightsInit): Promise<DeviceWeights> {
    await checkHalves(engine, init);
    const layout = trainableLayout(init.config, init.adapted?.lora);
    const pieces: Piece[] = [];
    for (const some of inPieces(layout, MOST_FLAT)) {
      const [first, second, gradients] = [0, 1, 2].map(() => engine.zeros([sizeOf(some)]));
      pieces.push({
        layout: some,
        first: first!,
        second: second!,
        gradients: gradients!,
        gather: await engine.compile(gatheringGraph(some)),
        update: await engine.compile(updatingGraph(some, init.optimizer)),
        part: await engine.compile(partingGraph(some)),
        join: await engine.compile(joiningGraph(some)),
      });
    }
    const weights = new DeviceWeights(engine, init, pieces, await engine.compile(clearingGraph(layout)));
    await weights.refresh();
    return weights;
  }

  /**
   * Takes over one of the weights under an adapter, which isn't kept here: a large model's don't fit this process's
   * memory a second time.
   *
   * @throws EngineError where its numbers don't fit the precision that it is held in
   */
  async placeBase(name: string, values: Float32Array): Promise<void> {
    const numbers = this.held.numbers(name, values);
    await this.inputs[name]!.write(numbers);
    noteGarbage(values.byteLength + numbers.byteLength);
  }

  /** A graph as it reads the weights. */
  graph(model: ModelSpec): ModelSpec {
    return this.init.adapted === undefined ? model : this.held.graph(model);
  }

  get layout(): readonly ParameterInfo[] {
    return this.pieces.flatMap((piece) => piece.layout);
  }

  /** Takes over parameters, moments and reference as they are at home. */
  async refresh(): Promise<void> {
    const { shared } = this.init;
    const { firstMoment, secondMoment, updates } = momentsOf(shared);
    const parameters = new Float32Array(shared.parameters);
    for (const { layout, part, first, second } of this.pieces) {
      await part.run({ flat: cutOf(parameters, layout) }, asUpdated(pick(this.inputs, layout)));
      await first.write(cutOf(firstMoment, layout).data);
      await second.write(cutOf(secondMoment, layout).data);
    }
    this.updates = updates;
    for (const tensor of Object.values(this.kept ?? {})) tensor.dispose();
    this.kept = undefined;
  }

  /** Brings parameters and moments home. */
  async settle(): Promise<void> {
    const { shared } = this.init;
    const moments = { ...momentsOf(shared), updates: this.updates };
    const parameters = new Float32Array(shared.parameters);
    for (const { layout, join, first, second } of this.pieces) {
      const at = layout[0]!.offset;
      parameters.set(await readFloats(await join.run(pick(this.inputs, layout)), "flat"), at);
      moments.firstMoment.set((await first.read()) as Float32Array, at);
      moments.secondMoment.set((await second.read()) as Float32Array, at);
    }
    setMoments(shared, moments);
  }

  /** The reference policy's weights as inputs of a graph. */
  referenceInputs(): Readonly<Record<string, EngineTensor>> {
    this.kept ??= Object.fromEntries(
      tensorsOf(this.engine, new Float32Array(this.init.shared.reference).slice(), this.layout),
    );
    return { ...this.inputs, ...this.kept };
  }

  async clearGradients(): Promise<void> {
    await this.clear.run({ zero: scalar(0) }, this.adding.outputs);
  }

  /**
   * Clips, and makes one optimizer step. Returns the norm before clipping.
   *
   * @throws EngineError when the gradient isn't finite; nothing is then changed
   */
  async update(learningRate: number, clipNorm: number): Promise<number> {
    let squares = 0;
    for (const { gather, gradients } of this.pieces)
      squares += (await readFloats(await gather.run(this.adding.inputs, { gradients }), "squares"))[0]!;
    const norm = Math.sqrt(squares);
    if (!Number.isFinite(norm)) throw notFinite(norm);
    const { beta1, beta2, weightDecay } = { ...ADAMW_DEFAULTS, ...this.init.optimizer };
    const updates = this.updates + 1;
    const scalars = {
      scale: scalar(clipFactor(norm, clipNorm)),
      rate: scalar(learningRate / (1 - beta1 ** updates)),
      correction: scalar(1 / (1 - beta2 ** updates)),
      keep: scalar(1 - learningRate * weightDecay),
    };
    for (const { layout, update, first, second, gradients } of this.pieces) {
      const state = { ...pick(this.inputs, layout), first, second };
      await update.run({ ...state, gradients, ...scalars }, asUpdated(state));
    }
    this.updates = updates;
    return norm;
  }
}

/** Neighbours together, so many numbers at most, or one parameter that alone has more. */
export function inPieces(layout: readonly ParameterInfo[], most: number): ParameterInfo[][] {
  const pieces: ParameterInfo[][] = [];
  let room = 0;
  for (const info of layout) {
    if (info.size > room || pieces.length === 0) {
      pieces.push([]);
      room = most;
    }
    pieces.at(-1)!.push(info);
    room -= info.size;
  }
  return pieces;
}

function tensorsOf(
  engine: Engine,
  flat: Float32Array,
  layout: readonly ParameterInfo[],
): (readonly [string, EngineTensor])[] {
  const views = parameterViews(flat, layout);
  return layout.map(({ name, shape }) => [name, engine.tensor(views.get(name)!, shape)] as const);
}

function pick(
  tensors: Readonly<Record<string, EngineTensor>>,
  layout: readonly ParameterInfo[],
): Record<string, EngineTensor> {
  return Object.fromEntries(layout.map(({ name }) => [name, tensors[name]!]));
}

/** The places of what a run gives anew: where it was. */
function asUpdated(tensors: Readonly<Record<string, EngineTensor>>): Record<string, EngineTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [updatedName(name), tensor]));
}

/** A copy of a piece's part of a shared array, which the engine would refuse. */
function cutOf(
  values: Float32Array,
  layout: readonly ParameterInfo[],
): { data: Float32Array; dims: readonly number[] } {
  const size = sizeOf(layout);
  return { data: values.slice(layout[0]!.offset, layout[0]!.offset + size), dims: [size] };
}

function scalar(value: number): { data: Float32Array; dims: readonly number[] } {
  return { data: Float32Array.of(value), dims: [] };
}
