import { ShapeError } from "../errors.ts";
import { fixedSize, shapeText, type Tensor } from "./tensor.ts";

/** Up to this many rows a table's gradient is a product with one-hot rows, which is faster than scattering. */
const ONE_HOT_ROWS = 2048;

/**
 * Rows of a table by index: the embedding of tokens.
 *
 * @param table [rows, n]
 * @param indices int64 [batch, time]
 * @returns [batch, time, n]
 */
export function embed(table: Tensor, indices: Tensor): Tensor {
  const graph = table.graph;
  const rows = fixedSize(table, 0);
  const width = fixedSize(table, 1);
  return graph.emitOne(
    { operator: "Gather", inputs: [table, indices], shape: [...indices.shape, width], attributes: { axis: 0 } },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const flatGradient = graph.emitOne({
          operator: "Reshape",
          inputs: [gradient, graph.constant([-1, width], [2], "int64")],
          shape: ["rows", width],
        });
        const flatIndices = graph.emitOne({
          operator: "Reshape",
          inputs: [indices, graph.constant([-1], [1], "int64")],
          shape: ["rows"],
          type: "int64",
        });
        return [
          rows <= ONE_HOT_ROWS
            ? sumByOneHot(flatGradient, flatIndices, rows, width)
            : sumByScatter(flatGradient, flatIndices, rows, width),
        ];
      },
  );
}

function sumByOneHot(gradient: Tensor, indices: Tensor, rows: number, width: number): Tensor {
  const graph = gradient.graph;
  const hot = oneHot(indices, rows);
  return graph.emitOne({
    operator: "FusedMatMul",
    domain: "com.microsoft",
    inputs: [hot, gradient],
    shape: [rows, width],
    attributes: { transA: 1, transB: 0, alpha: { float: 1 } },
  });
}

function sumByScatter(gradient: Tensor, indices: Tensor, rows: number, width: number): Tensor {
  const graph = gradient.graph;
  const zeros = graph.emitOne({
    operator: "ConstantOfShape",
    inputs: [graph.constant([rows, width], [2], "int64")],
    shape: [rows, width],
  });
  const shape = graph.emitOne({ operator: "Shape", inputs: [gradient], shape: [2], type: "int64" });
  const column = graph.emitOne({
    operator: "Unsqueeze",
    inputs: [indices, graph.constant([1], [1], "int64")],
    shape: ["rows", 1],
    type: "int64",
  });
  const spread = graph.emitOne({ operator: "Expand", inputs: [column, shape], shape: ["rows", width], type: "int64" });
  return graph.emitOne({
    operator: "ScatterElements",
    inputs: [zeros, spread, gradient],
    shape: [rows, width],
    attributes: { axis: 0, reduction: "add" },
  });
}

/** Rows of ones and zeros: indices [n] -> [n, depth]. */
export function oneHot(indices: Tensor, depth: number): Tensor {
  const graph = indices.graph;
  const inputs = [indices, graph.constant([depth], [], "int64"), graph.constant([0, 1], [2])];
  return graph.emitOne({ operator: "OneHot", inputs, shape: [...indices.shape, depth], attributes: { axis: -1 } });
}

/**
 * Picks rows of x: what the output layer is computed for, so that no logits are made where none are needed.
 *
 * @param x [batch, time, n]
 * @param rows int64 [m, 1], each row at most once, counted over batch * time
 * @returns [m, n]
 */
export function pickRows(x: Tensor, rows: Tensor): Tensor {
  if (x.shape.length !== 3 || rows.shape.length !== 2)
    throw new ShapeError(
      `Expected [batch, time, n] and row numbers [m, 1], got ${shapeText(x)} and ${shapeText(rows)}.`,
    );
  const graph = x.graph;
  const width = fixedSize(x, 2);
  const flat = graph.emitOne(
    { operator: "Reshape", inputs: [x, graph.constant([-1, width], [2], "int64")], shape: ["rows", width] },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const shape = graph.emitOne({ operator: "Shape", inputs: [x], shape: [3], type: "int64" });
        return [graph.emitOne({ operator: "Reshape", inputs: [gradient, shape], shape: x.shape })];
      },
  );
  return graph.emitOne(
    { operator: "GatherND", inputs: [flat, rows], shape: [rows.shape[0]!, width] },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const shape = graph.emitOne({ operator: "Shape", inputs: [flat], shape: [2], type: "int64" });
        const zeros = graph.emitOne({ operator: "ConstantOfShape", inputs: [shape], shape: flat.shape });
        return [graph.emitOne({ operator: "ScatterND", inputs: [zeros, rows, gradient], shape: flat.shape })];
      },
  );
}
