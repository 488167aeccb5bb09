import { ShapeError } from "../errors.ts";
import type { AttributeValue, ConstantSpec, Dimension, ElementType, ValueSpec } from "../engine/index.ts";

/** A value that a graph computes: a name, a type and a shape, no numbers. */
export interface Tensor {
  readonly graph: Graph;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

/** Gives the gradient of each input from the gradients of the outputs; undefined where none flows. */
export type GradientRule = (outputGradients: readonly (Tensor | undefined)[]) => readonly (Tensor | undefined)[];

/** One operator of a graph under construction. */
export interface GraphNode {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly gradient: GradientRule | undefined;
  /** What the rule gives gradients of: the inputs, unless a part of the graph has a rule of its own. */
  readonly differentiable: readonly (Tensor | undefined)[];
}

export interface EmitOptions {
  readonly operator: string;
  readonly domain?: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly { readonly shape: readonly Dimension[]; readonly type?: ElementType }[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** The inputs where absent. */
  readonly differentiable?: readonly Tensor[];
}

/**
 * A graph that is being written down. Operators are functions in this folder; each emits nodes and states its gradient
 * rule.
 */
export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly inputs: Tensor[] = [];
  readonly constants: Map<string, ConstantSpec> = new Map();
  private readonly constantTensors = new Map<string, Tensor>();
  private counter = 0;

  /** A value that is fed in at every run. */
  input(name: string, shape: readonly Dimension[], type: ElementType = "float32"): Tensor {
    const tensor: Tensor = { graph: this, name, type, shape };
    this.inputs.push(tensor);
    return tensor;
  }

  /** A fixed value that is written into the graph; equal small constants are shared. */
  constant(
    data: Float32Array | readonly number[],
    shape: readonly number[],
    type: "float32" | "int64" = "float32",
  ): Tensor {
    const bytes = type === "int64" ? new BigInt64Array(Array.from(data, BigInt)) : Float32Array.from(data);
    const key = data.length <= 64 ? `${type}:${shape.join(",")}:${Array.from(data).join(",")}` : undefined;
    const known = key === undefined ? undefined : this.constantTensors.get(key);
    if (known !== undefined) return known;
    const tensor: Tensor = { graph: this, name: `c${this.counter++}`, type, shape };
    this.constants.set(tensor.name, {
      name: tensor.name,
      type,
      shape,
      bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    });
    if (key !== undefined) this.constantTensors.set(key, tensor);
    return tensor;
  }

  /** Adds a node. The gradient rule, where there is one, receives the node's output tensors through its closure. */
  emit(options: EmitOptions, gradient?: (outputs: readonly Tensor[]) => GradientRule): readonly Tensor[] {
    const outputs = options.outputs.map((output): Tensor => ({
      graph: this,
      name: `v${this.counter++}`,
      type: output.type ?? "float32",
      shape: output.shape,
    }));
    this.nodes.push({
      operator: options.operator,
      domain: options.domain ?? "",
      inputs: options.inputs,
      outputs,
      attributes: options.attributes ?? {},
      gradient: gradient?.(outputs),
      differentiable: options.differentiable ?? options.inputs,
    });
    return outputs;
  }

  /** Adds a node with one output. */
  emitOne(
    options: Omit<EmitOptions, "outputs"> & { readonly shape: readonly Dimension[]; readonly type?: ElementType },
    gradient?: (output: Tensor) => GradientRule,
  ): Tensor {
    const { shape, type, ...rest } = options;
    const outputs = [{ shape, ...(type === undefined ? {} : { type }) }];
    return this.emit({ ...rest, outputs }, gradient && ((made) => gradient(made[0] as Tensor)))[0] as Tensor;
  }
}

/** The size of an axis; negative axes count from the end. @throws ShapeError when there is no such axis */
export function axisSize(tensor: Tensor, axis: number): Dimension {
  const size = tensor.shape.at(axis);
  if (size === undefined)
    throw new ShapeError(`Expected a tensor with an axis ${axis}, got shape ${shapeText(tensor)}.`);
  return size;
}

/** The size of an axis that must be known when the graph is built. @throws ShapeError when it is symbolic */
export function fixedSize(tensor: Tensor, axis: number): number {
  const size = axisSize(tensor, axis);
  if (typeof size === "number") return size;
  throw new ShapeError(`Expected axis ${axis} to have a fixed size, got ${shapeText(tensor)}.`);
}

export function shapeText(tensor: Tensor): string {
  return `[${tensor.shape.join(", ")}]`;
}

export function sameShape(a: Tensor, b: Tensor): boolean {
  return a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis]);
}

/** Checks the number of axes. @throws ShapeError naming the operator */
export function expectRank(operator: string, tensor: Tensor, rank: number): void {
  if (tensor.shape.length !== rank)
    throw new ShapeError(`Expected ${operator} to get a tensor of ${rank} axes, got ${shapeText(tensor)}.`);
}

export function valueSpec(tensor: Tensor, name: string = tensor.name): ValueSpec {
  return { name, type: tensor.type, shape: tensor.shape };
}
