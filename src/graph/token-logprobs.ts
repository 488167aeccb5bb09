import { ShapeError } from "../errors.ts";
import { shapeText, type Tensor } from "./tensor.ts";

/**
 * log softmax(logits)[label] for each row: the log-probabilities of given tokens.
 * Gradient of row t: g_t * (onehot(label_t) - softmax(logits_t)).
 *
 * @param logits [n, vocabulary]
 * @param labels int64 [n]
 * @returns logprobs [n], and all log-probabilities [n, vocabulary] for measures that need no gradient
 * @throws ShapeError when the shapes don't fit
 */
export function tokenLogprobs(logits: Tensor, labels: Tensor): { readonly logprobs: Tensor; readonly all: Tensor } {
  if (logits.shape.length !== 2 || labels.shape.length !== 1)
    throw new ShapeError(
      `Expected logits [n, vocabulary] and labels [n], got ${shapeText(logits)} and ${shapeText(labels)}.`,
    );
  const graph = logits.graph;
  const rows = logits.shape[0]!;
  const one = graph.constant([1], [1], "int64");
  const all = graph.emitOne(
    { operator: "LogSoftmax", inputs: [logits], shape: logits.shape, attributes: { axis: -1 } },
    (output) =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        // `gradient` is zero but at the labels, so its row sum is g_t.
        const total = graph.emitOne({
          operator: "ReduceSum",
          inputs: [gradient, one],
          shape: [rows, 1],
          attributes: { keepdims: 1 },
        });
        const probabilities = graph.emitOne({ operator: "Exp", inputs: [output], shape: logits.shape });
        const along = graph.emitOne({ operator: "Mul", inputs: [probabilities, total], shape: logits.shape });
        return [graph.emitOne({ operator: "Sub", inputs: [gradient, along], shape: logits.shape })];
      },
  );
  const column = graph.emitOne({ operator: "Unsqueeze", inputs: [labels, one], shape: [rows, 1], type: "int64" });
  const picked = graph.emitOne(
    { operator: "GatherElements", inputs: [all, column], shape: [rows, 1], attributes: { axis: 1 } },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const shape = graph.emitOne({ operator: "Shape", inputs: [all], shape: [2], type: "int64" });
        const zeros = graph.emitOne({ operator: "ConstantOfShape", inputs: [shape], shape: logits.shape });
        return [
          graph.emitOne({
            operator: "ScatterElements",
            inputs: [zeros, column, gradient],
            shape: logits.shape,
            attributes: { axis: 1 },
          }),
        ];
      },
  );
  const logprobs = graph.emitOne({ operator: "Squeeze", inputs: [picked, one], shape: [rows] }, () => ([gradient]) => [
    gradient && graph.emitOne({ operator: "Unsqueeze", inputs: [gradient, one], shape: [rows, 1] }),
  ]);
  return { logprobs, all };
}

/** Entropy of each row in nats, -sum p log p, from log-probabilities [n, vocabulary]; no gradient. Shape [n]. */
export function rowEntropy(all: Tensor): Tensor {
  const graph = all.graph;
  const p = graph.emitOne({ operator: "Exp", inputs: [all], shape: all.shape });
  const weighted = graph.emitOne({ operator: "Mul", inputs: [p, all], shape: all.shape });
  const sum = graph.emitOne({
    operator: "ReduceSum",
    inputs: [weighted, graph.constant([1], [1], "int64")],
    shape: [all.shape[0]!],
    attributes: { keepdims: 0 },
  });
  return graph.emitOne({ operator: "Neg", inputs: [sum], shape: sum.shape });
}
