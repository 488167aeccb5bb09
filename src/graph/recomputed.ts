import { backwardFrom } from "./backward.ts";
import { joinIntegers, lengthsOf, reshapeLike } from "./layout.ts";
import type { Tensor } from "./tensor.ts";

/** Has what a part of its work makes, [..., n] with the leading axes of x, kept and not computed once more. */
export type Keep = (made: Tensor) => Tensor;

/**
 * What `work` makes of x, computed once more for its gradient: until then only x is kept, and what `work` says. It
 * takes the memory of one part instead of all, and costs a forward pass (Chen et al. 2016, arXiv:1604.06174), or hardly
 * anything where products are kept (Korthikanti et al. 2022, arXiv:2205.05198, section 5).
 *
 * @param x of the shape of what comes out
 * @param over what else is differentiated by: the weights that are trained
 */
export function recomputed(x: Tensor, over: readonly Tensor[], work: (x: Tensor, keep: Keep) => Tensor): Tensor {
  const kept: Tensor[] = [];
  const y = work(x, (made) => {
    kept.push(made);
    return made;
  });
  return x.graph.emitOne(
    { operator: "Identity", inputs: [y], shape: y.shape, differentiable: [x, ...over] },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        // Its shape is read from the gradient, so that the engine can't begin with it before the gradient is there, nor
        // take it for the first.
        const again = reshapeLike(x, gradient);
        const rows = kept.length === 0 ? undefined : rowsOf(gradient);
        const left = kept.values();
        const output = work(again, (made) => inThePlaceOf(made, left.next().value!, rows!));
        return backwardFrom(output, gradient, [again, ...over]);
      },
  );
}

/** The shape of x with its last axis left to be worked out: int64 [axes]. */
function rowsOf(x: Tensor): Tensor {
  return joinIntegers([lengthsOf(x, 0, x.shape.length - 1), x.graph.constant([-1], [1], "int64")]);
}

/** What was kept, with the gradient of what would be computed again. */
function inThePlaceOf(again: Tensor, kept: Tensor, rows: Tensor): Tensor {
  return kept.graph.emitOne(
    { operator: "Reshape", inputs: [kept, rows], shape: kept.shape, differentiable: [again] },
    () => (gradients) => gradients,
  );
}
