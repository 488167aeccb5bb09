import {
  readFloats,
  type DenseTensor,
  type Engine,
  type EngineTensor,
  type ModelSpec,
  type Program,
} from "../../engine/index.ts";
import { noteGarbage } from "../../host/collect-garbage.ts";
import { alone, joinedLayout, type JoinedWeight } from "../../model/joined-weights.ts";
import { adapterLayout } from "../../model/lora.ts";
import { ADAMW_DEFAULTS, clipFactor } from "../../optimizer/index.ts";
import { momentsOf, setMoments } from "../local/shared-state.ts";
import { gradientName, notFinite, type AdaptedBase, type TrainableWeightsInit } from "../local/trainable-weights.ts";
import { checkHalves, heldBase, type BasePrecision, type HeldBase } from "./base-precision.ts";
import {
  accumulating,
  clearingGraph,
  gatheringGraph,
  joiningGraph,
  partingGraph,
  sizeOf,
  flatStart,
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

/** Weights that are updated by one run: neighbours of the flat array. */
interface Piece {
  readonly layout: readonly JoinedWeight[];
  readonly first: EngineTensor;
  readonly second: EngineTensor;
  readonly gradients: EngineTensor;
  readonly gather: Program;
  readonly update: Program;
  readonly part: Program;
  readonly join: Program;
}

interface DeviceParts extends Pick<TrainableWeightsInit, "shared" | "optimizer"> {
  readonly pieces: readonly Piece[];
  readonly clear: Program;
  /** How the weights under an adapter are held, which stay as they are. */
  readonly held: HeldBase | undefined;
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
  private readonly layout: readonly JoinedWeight[];
  private updates = 0;
  private kept: Record<string, EngineTensor> | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly parts: DeviceParts,
  ) {
    this.layout = parts.pieces.flatMap(({ layout }) => layout);
    this.inputs = { ...basePlaces(engine, parts.held), ...places(engine, this.layout) };
    const sums = this.layout.map(({ name, shape }) => ({ name, sum: engine.zeros(shape) }));
    this.adding = {
      graph: (training) => accumulating(training, this.layout),
      inputs: Object.fromEntries(sums.map(({ name, sum }) => [sumName(name), sum])),
      outputs: Object.fromEntries(sums.map(({ name, sum }) => [gradientName(name), sum])),
    };
  }

  /** @throws EngineError where the device can't hold the base in the precision that is asked for */
  static async create(engine: Engine, init: DeviceWeightsInit): Promise<DeviceWeights> {
    await checkHalves(engine, init);
    const { config, adapted, shared, optimizer } = init;
    const layout = adapted === undefined ? joinedLayout(config) : adapterLayout(config, adapted.lora).map(alone);
    const pieces: Piece[] = [];
    for (const some of inPieces(layout, MOST_FLAT)) {
      const [first, second, gradients] = [0, 1, 2].map(() => engine.zeros([sizeOf(some)]));
      pieces.push({
        layout: some,
        first: first!,
        second: second!,
        gradients: gradients!,
        gather: await engine.compile(gatheringGraph(some)),
        update: await engine.compile(updatingGraph(some, optimizer)),
        part: await engine.compile(partingGraph(some)),
        join: await engine.compile(joiningGraph(some)),
      });
    }
    const clear = await engine.compile(clearingGraph(layout));
    const held = adapted === undefined ? undefined : heldBase(config, init.basePrecision);
    const weights = new DeviceWeights(engine, { shared, optimizer, pieces, clear, held });
    await weights.refresh();
    return weights;
  }

  /**
   * Takes over one of the weights under an adapter, by its parameters. It isn't kept here: a large model's weights
   * don't fit this process's memory a second time.
   *
   * @throws EngineError where its numbers don't fit the precision that it is held in
   */
  async placeBase(name: string, parameters: readonly Float32Array[]): Promise<void> {
    const numbers = this.parts.held!.numbers(name, parameters);
    await this.inputs[name]!.write(numbers);
    noteGarbage(parameters.reduce((bytes, { byteLength }) => bytes + byteLength, numbers.byteLength));
  }

  /** A graph as it reads the weights. */
  graph(model: ModelSpec): ModelSpec {
    return this.parts.held?.graph(model) ?? model;
  }

  /** Takes over parameters, moments and reference as they are at home. */
  async refresh(): Promise<void> {
    const { shared, pieces } = this.parts;
    const { firstMoment, secondMoment, updates } = momentsOf(shared);
    const parameters = new Float32Array(shared.parameters);
    for (const { layout, part, first, second } of pieces) {
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
    const { shared, pieces } = this.parts;
    const moments = { ...momentsOf(shared), updates: this.updates };
    const parameters = new Float32Array(shared.parameters);
    for (const { layout, join, first, second } of pieces) {
      const at = flatStart(layout);
      parameters.set(await readFloats(await join.run(pick(this.inputs, layout)), "flat"), at);
      moments.firstMoment.set((await first.read()) as Float32Array, at);
      moments.secondMoment.set((await second.read()) as Float32Array, at);
    }
    setMoments(shared, moments);
  }

  /** The reference policy's weights as inputs of a graph. */
  async referenceInputs(): Promise<Readonly<Record<string, EngineTensor>>> {
    if (this.kept === undefined) {
      const kept = places(this.engine, this.layout);
      const reference = new Float32Array(this.parts.shared.reference);
      for (const { layout, part } of this.parts.pieces)
        await part.run({ flat: cutOf(reference, layout) }, asUpdated(pick(kept, layout)));
      this.kept = kept;
    }
    return { ...this.inputs, ...this.kept };
  }

  async clearGradients(): Promise<void> {
    await this.parts.clear.run({ zero: scalar(0) }, this.adding.outputs);
  }

  /**
   * Clips, and makes one optimizer step. Returns the norm before clipping.
   *
   * @throws EngineError when the gradient isn't finite; nothing is then changed
   */
  async update(learningRate: number, clipNorm: number): Promise<number> {
    let squares = 0;
    for (const { gather, gradients } of this.parts.pieces)
      squares += (await readFloats(await gather.run(this.adding.inputs, { gradients }), "squares"))[0]!;
    const norm = Math.sqrt(squares);
    if (!Number.isFinite(norm)) throw notFinite(norm);
    const { beta1, beta2, weightDecay } = { ...ADAMW_DEFAULTS, ...this.parts.optimizer };
    const updates = this.updates + 1;
    const scalars = {
      scale: scalar(clipFactor(norm, clipNorm)),
      rate: scalar(learningRate / (1 - beta1 ** updates)),
      correction: scalar(1 / (1 - beta2 ** updates)),
      keep: scalar(1 - learningRate * weightDecay),
    };
    for (const { layout, update, first, second, gradients } of this.parts.pieces) {
      const state = { ...pick(this.inputs, layout), first, second };
      await update.run({ ...state, gradients, ...scalars }, asUpdated(state));
    }
    this.updates = updates;
    return norm;
  }
}

/** Room for weights. */
function places(engine: Engine, layout: readonly JoinedWeight[]): Record<string, EngineTensor> {
  return Object.fromEntries(layout.map(({ name, shape }) => [name, engine.zeros(shape)]));
}

/** Room for the weights under an adapter, where there is one. */
function basePlaces(engine: Engine, held: HeldBase | undefined): Record<string, EngineTensor> {
  return Object.fromEntries((held?.layout ?? []).map(({ name, shape, type }) => [name, engine.zeros(shape, type)]));
}

/**
 * Neighbours of the flat array together, so many numbers at most, or one layer's that alone has more: the parameters of
 * a layer stay together, since some of them are one weight.
 */
export function inPieces(layout: readonly JoinedWeight[], most: number): JoinedWeight[][] {
  const pieces: JoinedWeight[][] = [];
  let room = 0;
  for (const together of layers(layout)) {
    const size = sizeOf(together);
    if (size > room || pieces.length === 0) {
      pieces.push([]);
      room = most;
    }
    pieces.at(-1)!.push(...together);
    room -= size;
  }
  return pieces;
}

/** Weights of the same layer, which come one after the other. */
function layers(layout: readonly JoinedWeight[]): JoinedWeight[][] {
  const groups: JoinedWeight[][] = [];
  let last: string | undefined;
  for (const weight of layout) {
    const layer = /^model\.layers\.\d+\./.exec(weight.name)?.[0];
    if (layer === undefined || layer !== last) groups.push([]);
    groups.at(-1)!.push(weight);
    last = layer;
  }
  return groups;
}

function pick(
  tensors: Readonly<Record<string, EngineTensor>>,
  layout: readonly JoinedWeight[],
): Record<string, EngineTensor> {
  return Object.fromEntries(layout.map(({ name }) => [name, tensors[name]!]));
}

/** The places of what a run gives anew: where it was. */
function asUpdated(tensors: Readonly<Record<string, EngineTensor>>): Record<string, EngineTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [updatedName(name), tensor]));
}

/** A copy of a piece's part of a shared array, which the engine would refuse. */
function cutOf(values: Float32Array, layout: readonly JoinedWeight[]): DenseTensor {
  const [start, size] = [flatStart(layout), sizeOf(layout)];
  return { data: values.slice(start, start + size), dims: [size] };
}

function scalar(value: number): DenseTensor {
  return { data: Float32Array.of(value), dims: [] };
}
