import { RandomStream, splitKey, type RandomKey } from "../random.ts";
import type { Dataset } from "../records/dataset.ts";

/**
 * The rows of a step: every one comes once an epoch, in an order that depends on the key and the epoch alone, so that a
 * resumed run draws the same.
 *
 * @param step counted from 1
 */
export function drawRows<Row>(rows: Dataset<Row>, count: number, step: number, key: RandomKey): Promise<Row[]> {
  const places: number[] = [];
  const orders = new Map<number, readonly number[]>();
  for (let place = (step - 1) * count; places.length < count; place++) {
    const epoch = Math.floor(place / rows.length);
    let order = orders.get(epoch);
    if (order === undefined) orders.set(epoch, (order = orderOf(rows.length, splitKey(key, "epoch", epoch))));
    places.push(order[place % rows.length]!);
  }
  return Promise.all(places.map((place) => rows.at(place)));
}

function orderOf(length: number, key: RandomKey): readonly number[] {
  return new RandomStream(key).shuffle(Array.from({ length }, (_, i) => i));
}
