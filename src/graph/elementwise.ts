import { ShapeError } from "../errors.ts";
import type { Dimension } from "../engine/index.ts";
import { fixedSize, sameShape, shapeText, type Tensor } from "./tensor.ts";

function unary(operator: string, x: Tensor, rule?: (output: Tensor) => (gradient: Tensor) => Tensor): Tensor {
  return x.graph.emitOne(
    { operator, inputs: [x], shape: x.shape },
    rule &&
      ((output) =>
        ([gradient]) => [gradient && rule(output)(gradient)]),
  );
}

function raw(operator: string, a: Tensor, b: Tensor, shape: readonly Dimension[] = a.shape): Tensor {
  return a.graph.emitOne({ operator, inputs: [a, b], shape });
}

function expectSame(operator: string, a: Tensor, b: Tensor): void {
  if (!sameShape(a, b))
    throw new ShapeError(`Expected ${operator} to get equal shapes, got ${shapeText(a)} and ${shapeText(b)}.`);
}

/** a + b, equal shapes. */
export function addSame(a: Tensor, b: Tensor): Tensor {
  expectSame("add", a, b);
  return a.graph.emitOne({ operator: "Add", inputs: [a, b], shape: a.shape }, () => ([gradient]) => [
    gradient,
    gradient,
  ]);
}

/** a - b, equal shapes. */
export function subtract(a: Tensor, b: Tensor): Tensor {
  expectSame("subtract", a, b);
  return a.graph.emitOne({ operator: "Sub", inputs: [a, b], shape: a.shape }, () => ([gradient]) => [
    gradient,
    gradient && negate(gradient),
  ]);
}

/** a * b, equal shapes. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  expectSame("multiply", a, b);
  return a.graph.emitOne({ operator: "Mul", inputs: [a, b], shape: a.shape }, () => ([gradient]) => [
    gradient && raw("Mul", gradient, b),
    gradient && raw("Mul", gradient, a),
  ]);
}

/** The smaller of a and b, equal shapes; where they are equal the gradient goes to a. */
export function minimum(a: Tensor, b: Tensor): Tensor {
  expectSame("minimum", a, b);
  return a.graph.emitOne({ operator: "Min", inputs: [a, b], shape: a.shape }, () => ([gradient]) => {
    if (gradient === undefined) return [];
    const first = a.graph.emitOne({ operator: "LessOrEqual", inputs: [a, b], shape: a.shape, type: "bool" });
    const none = a.graph.constant([0], []);
    return [select(first, gradient, none), select(first, none, gradient)];
  });
}

/** `condition ? a : b`; a or b may be a scalar. Without gradient: used inside rules. */
export function select(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return condition.graph.emitOne({ operator: "Where", inputs: [condition, a, b], shape: condition.shape });
}

/** x limited to [low, high]; no gradient flows where the limit binds. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  const graph = x.graph;
  return graph.emitOne(
    { operator: "Clip", inputs: [x, graph.constant([low], []), graph.constant([high], [])], shape: x.shape },
    (output) =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        const inside = graph.emitOne({ operator: "Equal", inputs: [x, output], shape: x.shape, type: "bool" });
        return [select(inside, gradient, graph.constant([0], []))];
      },
  );
}

/** x times a constant. */
export function scale(x: Tensor, factor: number): Tensor {
  const constant = x.graph.constant([factor], []);
  return x.graph.emitOne({ operator: "Mul", inputs: [x, constant], shape: x.shape }, () => ([gradient]) => [
    gradient && scale(gradient, factor),
    undefined,
  ]);
}

/** x plus a constant. */
export function shift(x: Tensor, amount: number): Tensor {
  const constant = x.graph.constant([amount], []);
  return x.graph.emitOne({ operator: "Add", inputs: [x, constant], shape: x.shape }, () => ([gradient]) => [
    gradient,
    undefined,
  ]);
}

/** x plus a tensor that needs no gradient and may broadcast to x's shape (a mask). */
export function addMask(x: Tensor, mask: Tensor): Tensor {
  return x.graph.emitOne({ operator: "Add", inputs: [x, mask], shape: x.shape }, () => ([gradient]) => [
    gradient,
    undefined,
  ]);
}

/** x [..., n] plus a bias [n]. */
export function addBias(x: Tensor, bias: Tensor): Tensor {
  const size = fixedSize(x, -1);
  if (bias.shape.length !== 1 || bias.shape[0] !== size)
    throw new ShapeError(`Expected a bias of shape [${size}], got ${shapeText(bias)}.`);
  return x.graph.emitOne({ operator: "Add", inputs: [x, bias], shape: x.shape }, () => ([gradient]) => [
    gradient,
    gradient && sumToLastAxis(gradient),
  ]);
}

/** Sums every axis but the last: the gradient of a vector that was broadcast over rows. Shape [n]. */
export function sumToLastAxis(x: Tensor): Tensor {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  return x.graph.emitOne({
    operator: "ReduceSum",
    inputs: [x, x.graph.constant(axes, [axes.length], "int64")],
    shape: [fixedSize(x, -1)],
    attributes: { keepdims: 0 },
  });
}

export function negate(x: Tensor): Tensor {
  return unary("Neg", x, () => (gradient) => negate(gradient));
}

export function exp(x: Tensor): Tensor {
  return unary("Exp", x, (output) => (gradient) => raw("Mul", gradient, output));
}

export function relu(x: Tensor): Tensor {
  return unary("Relu", x, (output) => (gradient) => {
    const positive = x.graph.emitOne({
      operator: "Greater",
      inputs: [output, x.graph.constant([0], [])],
      shape: x.shape,
      type: "bool",
    });
    return select(positive, gradient, x.graph.constant([0], []));
  });
}

/** relu(x)^2, So et al. 2021, arXiv:2109.08668. */
export function squaredRelu(x: Tensor): Tensor {
  const positive = relu(x);
  return multiply(positive, positive);
}

/** x * sigmoid(x) = swish; d/dx = s * (1 + x * (1 - s)) = s + y - y * s. Elfwing et al. 2017, arXiv:1702.03118. */
export function silu(x: Tensor): Tensor {
  const graph = x.graph;
  const sigmoid = graph.emitOne({ operator: "Sigmoid", inputs: [x], shape: x.shape });
  return graph.emitOne({ operator: "Mul", inputs: [x, sigmoid], shape: x.shape }, (made) => ([gradient]) => {
    if (gradient === undefined) return [];
    const slope = raw("Sub", raw("Add", sigmoid, made), raw("Mul", made, sigmoid));
    // The whole derivative is stated here; nothing flows through the sigmoid node itself.
    return [raw("Mul", gradient, slope), undefined];
  });
}

/** log(1 + exp(x)), also for large x; its slope is sigmoid(x). */
export function softplus(x: Tensor): Tensor {
  return unary(
    "Softplus",
    x,
    () => (gradient) => raw("Mul", gradient, x.graph.emitOne({ operator: "Sigmoid", inputs: [x], shape: x.shape })),
  );
}
