import { backwardFrom } from "./backward.ts";
import { reshapeLike } from "./layout.ts";
import type { Tensor } from "./tensor.ts";

/**
 * y = work(x), computed once more for its gradient: of all that `work` makes, only x is kept until then. It costs a
 * forward pass and takes the memory of one part instead of all. Chen et al. 2016, arXiv:1604.06174.
 *
 * @param x of the shape of y
 * @param over what else is differentiated by: the weights that are trained
 */
export function recomputed(x: Tensor, over: readonly Tensor[], work: (x: Tensor) => Tensor): Tensor {
  const y = work(x);
  return x.graph.emitOne(
    { operator: "Identity", inputs: [y], shape: y.shape, differentiable: [x, ...over] },
    () =>
      ([gradient]) => {
        if (gradient === undefined) return [];
        // Its shape is read from the gradient, so that the engine can't begin with it before the gradient is there, nor
        // take it for the first.
        const again = reshapeLike(x, gradient);
        return backwardFrom(work(again), gradient, [again, ...over]);
      },
  );
}
