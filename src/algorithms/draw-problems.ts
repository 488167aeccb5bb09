import { RandomStream, splitKey, type RandomKey } from "../random.ts";
import type { Problem } from "../tasks/index.ts";

/**
 * The problems of a step: every problem comes once an epoch, in an order that depends on the key and the epoch alone,
 * so that a resumed run draws the same.
 *
 * @param step counted from 1
 */
export function drawProblems(problems: readonly Problem[], count: number, step: number, key: RandomKey): Problem[] {
  const drawn: Problem[] = [];
  const orders = new Map<number, readonly Problem[]>();
  for (let place = (step - 1) * count; drawn.length < count; place++) {
    const epoch = Math.floor(place / problems.length);
    let order = orders.get(epoch);
    if (order === undefined)
      orders.set(epoch, (order = new RandomStream(splitKey(key, "epoch", epoch)).shuffle(problems)));
    drawn.push(order[place % problems.length]!);
  }
  return drawn;
}
