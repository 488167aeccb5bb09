import { ShapeError } from "../errors.ts";
import { fixedSize, shapeText, type Tensor } from "./tensor.ts";
import { reshape, transpose } from "./layout.ts";

export interface MatmulOptions {
  /** Swap the last two axes of the first factor. */
  readonly transposeA?: boolean;
  /** Swap the last two axes of the second factor. */
  readonly transposeB?: boolean;
  /** A factor on the product. */
  readonly scale?: number;
}

function fused(a: Tensor, b: Tensor, options: Required<MatmulOptions>): Tensor {
  const { transposeA, transposeB, scale } = options;
  const rows = transposeA ? a.shape.at(-1)! : a.shape.at(-2)!;
  const columns = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
  const batch = (a.shape.length >= b.shape.length ? a : b).shape.slice(0, -2);
  const shape = [...batch, rows, columns];
  if (!transposeA && !transposeB && scale === 1) return a.graph.emitOne({ operator: "MatMul", inputs: [a, b], shape });
  return a.graph.emitOne({
    operator: "FusedMatMul",
    domain: "com.microsoft",
    inputs: [a, b],
    shape,
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: scale } },
  });
}

/**
 * x W for x [..., k] and W [k, n]; the gradient of W sums over every row of x.
 *
 * @throws ShapeError when W isn't a matrix of k rows
 */
export function linear(x: Tensor, weight: Tensor): Tensor {
  const inner = fixedSize(x, -1);
  if (weight.shape.length !== 2 || weight.shape[0] !== inner) {
    throw new ShapeError(`Expected a weight of shape [${inner}, n] for ${shapeText(x)}, got ${shapeText(weight)}.`);
  }
  const plain = { transposeA: false, transposeB: false, scale: 1 };
  const shape = [...x.shape.slice(0, -1), weight.shape[1]!];
  return x.graph.emitOne({ operator: "MatMul", inputs: [x, weight], shape }, () => ([gradient]) => {
    if (gradient === undefined) return [];
    const flatX = x.shape.length === 2 ? x : reshape(x, [-1, inner], ["rows", inner]);
    const flatGradient =
      x.shape.length === 2 ? gradient : reshape(gradient, [-1, fixedSize(weight, 1)], ["rows", fixedSize(weight, 1)]);
    return [fused(gradient, weight, { ...plain, transposeB: true }), transposedProduct(flatX, flatGradient, 1)];
  });
}

/**
 * x Wᵀ for x [..., k] and W [n, k]: the output projection of a model with tied embeddings.
 *
 * @throws ShapeError when W isn't a matrix of k columns
 */
export function linearTransposed(x: Tensor, weight: Tensor): Tensor {
  const inner = fixedSize(x, -1);
  if (weight.shape.length !== 2 || weight.shape[1] !== inner) {
    throw new ShapeError(`Expected a weight of shape [n, ${inner}] for ${shapeText(x)}, got ${shapeText(weight)}.`);
  }
  const outer = fixedSize(weight, 0);
  const shape = [...x.shape.slice(0, -1), outer];
  const attributes = { transA: 0, transB: 1, alpha: { float: 1 } };
  return x.graph.emitOne(
    { operator: "FusedMatMul", domain: "com.microsoft", inputs: [x, weight], shape, attributes },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const flatX = x.shape.length === 2 ? x : reshape(x, [-1, inner], ["rows", inner]);
        const flatGradient = x.shape.length === 2 ? gradient : reshape(gradient, [-1, outer], ["rows", outer]);
        const plain = { transposeA: false, transposeB: false, scale: 1 };
        // Never as `transposedProduct` turns it: a vocabulary's gradient would be there twice.
        return [fused(gradient, weight, plain), fused(flatGradient, flatX, { ...plain, transposeA: true })];
      },
  );
}

/** scale * A B for stacks of matrices with equal leading axes, either factor transposed on request. */
export function batchedMatmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  if (a.shape.length !== b.shape.length)
    throw new ShapeError(`Expected stacks of equal depth, got ${shapeText(a)} and ${shapeText(b)}.`);
  const { transposeA = false, transposeB = false, scale = 1 } = options;
  if (transposeA)
    throw new ShapeError("Expected the first factor of a batched product as it is; transposeA is for gradients.");
  const rows = a.shape.at(-2)!;
  const columns = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
  const attributes = { transA: 0, transB: transposeB ? 1 : 0, alpha: { float: scale } };
  return a.graph.emitOne(
    {
      operator: "FusedMatMul",
      domain: "com.microsoft",
      inputs: [a, b],
      shape: [...a.shape.slice(0, -2), rows, columns],
      attributes,
    },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const toA = fused(gradient, b, { transposeA: false, transposeB: !transposeB, scale });
        // C = A Bᵀ gives dB = dCᵀ A; C = A B gives dB = Aᵀ dC.
        const toB = transposeB ? transposedProduct(gradient, a, scale) : transposedProduct(a, gradient, scale);
        return [toA, toB];
      },
  );
}

/**
 * scale * Aᵀ B for matrices, or stacks of them: a gradient of a product. As (Bᵀ A)ᵀ unless A is the narrower one: the
 * engine turns its first factor around as it reads it, at half the speed of a product where that is wide and lies out
 * of the cache, as shares of attention do and activations that were kept. Positions are wider than what has a size.
 */
export function transposedProduct(a: Tensor, b: Tensor, scale: number): Tensor {
  const options = { transposeA: true, transposeB: false, scale };
  if (widthOf(a) < widthOf(b)) return fused(a, b, options);
  const turned = fused(b, a, options);
  const axes = turned.shape.map((_, axis) => axis);
  return transpose(turned, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}

function widthOf({ shape }: Tensor): number {
  const width = shape.at(-1)!;
  return typeof width === "number" ? width : Number.POSITIVE_INFINITY;
}
