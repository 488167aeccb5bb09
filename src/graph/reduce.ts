import type { Tensor } from "./tensor.ts";

/** The sum of all numbers, shape []. */
export function sumAll(x: Tensor): Tensor {
  const graph = x.graph;
  return graph.emitOne(
    { operator: "ReduceSum", inputs: [x], shape: [], attributes: { keepdims: 0 } },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const shape = graph.emitOne({ operator: "Shape", inputs: [x], shape: [x.shape.length], type: "int64" });
        return [graph.emitOne({ operator: "Expand", inputs: [gradient, shape], shape: x.shape })];
      },
  );
}
