import { ShapeError } from "../errors.ts";
import { sumToLastAxis } from "./elementwise.ts";
import { fixedSize, shapeText, type Tensor } from "./tensor.ts";

/**
 * y = w * x / sqrt(mean(x^2) + epsilon) over the last axis. Zhang and Sennrich 2019, arXiv:1910.07467.
 *
 * With r = 1 / sqrt(mean(x^2) + epsilon), n = x r and h = g w:  dx = r (h - n mean(h n)),  dw = sum over rows of g n.
 *
 * @param x [..., n]
 * @param weight [n]
 * @throws ShapeError when the weight doesn't fit
 */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const size = fixedSize(x, -1);
  if (weight.shape.length !== 1 || weight.shape[0] !== size)
    throw new ShapeError(`Expected a norm weight of shape [${size}], got ${shapeText(weight)}.`);
  const graph = x.graph;
  const rows = [...x.shape.slice(0, -1), 1];
  const outputs = graph.emit(
    {
      operator: "SimplifiedLayerNormalization",
      inputs: [x, weight],
      outputs: [{ shape: x.shape }, { shape: rows }],
      attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
    },
    (made) =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const multiply = (a: Tensor, b: Tensor): Tensor =>
          graph.emitOne({ operator: "Mul", inputs: [a, b], shape: x.shape });
        const normalized = multiply(x, made[1]!);
        const weighted = multiply(gradient, weight);
        const mean = graph.emitOne({
          operator: "ReduceMean",
          inputs: [multiply(weighted, normalized)],
          shape: rows,
          attributes: { axes: [-1], keepdims: 1 },
        });
        const centred = graph.emitOne({
          operator: "Sub",
          inputs: [weighted, multiply(normalized, mean)],
          shape: x.shape,
        });
        return [multiply(centred, made[1]!), sumToLastAxis(multiply(gradient, normalized))];
      },
  );
  return outputs[0]!;
}
