import {
  ELEMENT_TYPES,
  QUANTISED_BLOCK,
  quantisedNames,
  quantisedShapes,
  withHalfInputs,
  withQuantisedInputs,
  type Engine,
  type EngineTensor,
  type ModelSpec,
  type Program,
  type ProgramOptions,
  type QuantisedBits,
} from "../../engine/index.ts";
import {
  addSame,
  compile,
  Graph,
  reshape,
  scale,
  shift,
  splitLast,
  transpose,
  type Tensor,
} from "../../graph/index.ts";
import { alone, joinedLayout, type JoinedWeight } from "../../model/joined-weights.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterLayout } from "../../model/parameters.ts";
import { isRoundedWeight, PRECISION_BITS, type RoundedPrecision } from "../sampling/rollout-precision.ts";
import { emitNode } from "./emit-node.ts";

/** A weight and what it is rounded to. */
interface RoundedWeight {
  readonly weight: EngineTensor;
  readonly numbers: EngineTensor;
  readonly scales: EngineTensor;
  readonly program: Program;
}

interface RoundedModel {
  readonly config: ModelConfig;
  /** The weights are those of `joinedLayout`. */
  readonly joined?: boolean | undefined;
}

interface RoundedFrom {
  readonly model: RoundedModel;
  readonly weights: Readonly<Record<string, EngineTensor>>;
}

/** The weights that are rounded. */
export function roundedLayout({ config, joined = false }: RoundedModel): JoinedWeight[] {
  const layout = joined ? joinedLayout(config) : parameterLayout(config).map(alone);
  return layout.filter(({ name }) => isRoundedWeight(name));
}

export interface RoundedOptions extends ProgramOptions {
  readonly precision: RoundedPrecision;
  /** The weights never change: they are rounded once. */
  readonly stays: boolean;
}

/** The weights of the linear layers in few bits where the engine computes, rounded there. */
export class RoundedWeights {
  /** What a graph reads in place of the weights. */
  readonly inputs: Readonly<Record<string, EngineTensor>>;
  private isMade = false;

  private constructor(
    private readonly weights: ReadonlyMap<string, RoundedWeight>,
    readonly bits: QuantisedBits,
    private readonly stays: boolean,
  ) {
    this.inputs = Object.fromEntries(
      Array.from(weights, ([name, { numbers, scales }]) => {
        const names = quantisedNames(name, bits);
        return [
          [names.numbers, numbers],
          [names.scales, scales],
        ] as const;
      }).flat(),
    );
  }

  /**
   * @param from a model and its weights by their names, in float32 or float16; what they hold may change
   * @throws EngineError where the device refuses a graph
   */
  static async create(
    engine: Engine,
    from: RoundedFrom,
    { precision, stays, ...options }: RoundedOptions,
  ): Promise<RoundedWeights> {
    const bits = PRECISION_BITS[precision];
    const programs = new Map<string, Program>();
    const rounded = new Map<string, RoundedWeight>();
    for (const { name } of roundedLayout(from.model)) {
      const weight = from.weights[name]!;
      const shape = weight.dims as readonly [number, number];
      const kind = `${weight.type} ${shape.join()}`;
      const program = programs.get(kind) ?? (await engine.compile(roundingGraph(weight, bits), options));
      programs.set(kind, program);
      const { numbers, scales } = quantisedShapes(shape, bits);
      rounded.set(name, { weight, numbers: engine.zeros(numbers, "uint8"), scales: engine.zeros(scales), program });
    }
    return new RoundedWeights(rounded, bits, stays);
  }

  /** A graph that reads the rounded weights. */
  graph(model: ModelSpec): ModelSpec {
    return withQuantisedInputs(model, new Set(this.weights.keys()), this.bits);
  }

  /** Rounds what the weights hold now, one after the other. */
  async refresh(): Promise<void> {
    if (this.isMade && this.stays) return;
    for (const { weight, numbers, scales, program } of this.weights.values())
      await program.run({ weight }, { numbers, scales });
    this.isMade = true;
  }

  async dispose(): Promise<void> {
    for (const { numbers, scales } of this.weights.values()) {
      numbers.dispose();
      scales.dispose();
    }
    for (const program of new Set([...this.weights.values()].map((one) => one.program))) await program.dispose();
  }
}

/**
 * Rounds a weight of a type as `quantiseWeight` does. Input: weight [in, out]. Outputs: numbers and scales of
 * `quantisedShapes`.
 */
export function roundingGraph({ dims, type }: Pick<EngineTensor, "dims" | "type">, bits: QuantisedBits): ModelSpec {
  const [inner, outer] = dims as readonly [number, number];
  const graph = new Graph();
  const filled = Math.ceil(inner / QUANTISED_BLOCK) * QUANTISED_BLOCK;
  const blocks = (outer * filled) / QUANTISED_BLOCK;
  const middle = 2 ** (bits - 1);
  const columns = transpose(graph.input("weight", [inner, outer]), [1, 0]);
  const padded =
    filled === inner
      ? columns
      : emitNode("Pad", [columns, graph.constant([0, 0, 0, filled - inner], [4], "int64")], { shape: [outer, filled] });
  const rows = reshape(padded, [-1, QUANTISED_BLOCK], [blocks, QUANTISED_BLOCK]);
  const scales = scale(farthest(rows), -1 / middle);
  const zero = graph.constant([0], []);
  // A block of zeros is divided by anything else.
  const divisor = where(emitNode("Equal", [scales, zero], { shape: scales.shape, type: "bool" }), [
    graph.constant([1], []),
    scales,
  ]);
  const quotients = emitNode("Div", [rows, divisor], { shape: rows.shape });
  const nearest = shift(emitNode("Floor", [shift(quotients, 0.5)], { shape: rows.shape }), middle);
  const bounds = [graph.constant([0], []), graph.constant([2 * middle - 1], [])];
  const wholes = emitNode("Clip", [nearest, ...bounds], { shape: rows.shape });
  const shapes = quantisedShapes([inner, outer], bits);
  const packed = reshape(bits === 8 ? wholes : pairs(wholes), shapes.numbers, shapes.numbers);
  const numbers = emitNode("Cast", [packed], {
    shape: shapes.numbers,
    type: "uint8",
    attributes: { to: ELEMENT_TYPES.uint8 },
  });
  const rounding = compile(graph, { numbers, scales: reshape(scales, shapes.scales, shapes.scales) });
  return type === "float16" ? withHalfInputs(rounding, new Set(["weight"])) : rounding;
}

/** [rows, width] -> [rows, 1]: the number of each row that is farthest from 0, of two the negative one. */
function farthest(rows: Tensor): Tensor {
  const shape = [rows.shape[0]!, 1];
  const attributes = { axes: [1], keepdims: 1 };
  const [most, least] = ["ReduceMax", "ReduceMin"].map((operator) => emitNode(operator, [rows], { shape, attributes }));
  const zero = rows.graph.constant([0], []);
  const isAbove = emitNode("Greater", [addSame(most!, least!), zero], { shape, type: "bool" });
  return where(isAbove, [most!, least!]);
}

/** Two whole numbers below 16 in one below 256, the earlier one in the lower half. */
function pairs(wholes: Tensor): Tensor {
  const count = (wholes.shape[0] as number) * (QUANTISED_BLOCK / 2);
  const [low, high] = splitLast(reshape(wholes, [-1, 2], [count, 2]), [1, 1]);
  return addSame(low!, scale(high!, 16));
}

function where(condition: Tensor, [chosen, other]: readonly [Tensor, Tensor]): Tensor {
  return emitNode("Where", [condition, chosen, other], { shape: condition.shape });
}
