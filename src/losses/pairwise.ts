import { multiply, softplus, subtract, sumAll, type Tensor } from "../graph/index.ts";

/**
 * The loss of a reward model on preference pairs: sum_i w_i -log sigmoid(chosen_i - rejected_i).
 * Bradley-Terry, as in Ouyang et al. 2022, arXiv:2203.02155, eq. 1; R1's reward models, arXiv:2501.12948, Methods.
 *
 * @param chosen, rejected scores of the two sides, shape [n]
 * @param weights usually 1 / n, shape [n]
 * @returns a scalar
 */
export function pairwiseLoss(chosen: Tensor, rejected: Tensor, weights: Tensor): Tensor {
  return sumAll(multiply(softplus(subtract(rejected, chosen)), weights));
}
