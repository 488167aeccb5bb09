import type { AttributeValue, Dimension, ElementType } from "../../engine/index.ts";
import type { Tensor } from "../../graph/index.ts";

/** What a node is beside its operator and its inputs. */
interface NodeResult {
  readonly shape: readonly Dimension[];
  readonly type?: ElementType;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** A node with one output in the graph of its first input, without a gradient. */
export function emitNode(operator: string, inputs: readonly Tensor[], result: NodeResult): Tensor {
  return inputs[0]!.graph.emitOne({ operator, inputs, ...result });
}
