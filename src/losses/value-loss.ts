import { multiply, scale, subtract, sumAll, type Tensor } from "../graph/index.ts";

/**
 * The loss of a critic: sum_t w_t (value_t - return_t)^2 / 2. Schulman et al. 2017, arXiv:1707.06347, eq. 9, without
 * clipping the values.
 *
 * @param values, returns, weights shape [n]
 * @returns a scalar
 */
export function valueLoss(values: Tensor, returns: Tensor, weights: Tensor): Tensor {
  const error = subtract(values, returns);
  return scale(sumAll(multiply(multiply(error, error), weights)), 0.5);
}
