import type { Tensor } from "./tensor.ts";

/** Softmax over the last axis. Gradient: p * (g - sum(g * p)). */
export function softmax(x: Tensor): Tensor {
  const graph = x.graph;
  return graph.emitOne(
    { operator: "Softmax", inputs: [x], shape: x.shape, attributes: { axis: -1 } },
    (p) =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const shape = x.shape;
        const weighted = graph.emitOne({ operator: "Mul", inputs: [gradient, p], shape });
        const total = graph.emitOne({
          operator: "ReduceSum",
          inputs: [weighted, graph.constant([-1], [1], "int64")],
          shape: [...shape.slice(0, -1), 1],
          attributes: { keepdims: 1 },
        });
        const along = graph.emitOne({ operator: "Mul", inputs: [p, total], shape });
        return [graph.emitOne({ operator: "Sub", inputs: [weighted, along], shape })];
      },
  );
}
