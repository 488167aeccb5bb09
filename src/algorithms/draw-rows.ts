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
  for (let place = (step - 1) * count; places.length < count; place++) {
    const epoch = splitKey(key, "epoch", Math.floor(place / rows.length));
    places.push(orderOf(rows.length, epoch)[place % rows.length]!);
  }
  return Promise.all(places.map((place) => rows.at(place)));
}

/** Orders that were asked for last: a million places are shuffled once an epoch, not once a step. */
const ORDERS = new Map<string, Uint32Array>();
const MOST_ORDERS = 4;

function orderOf(length: number, key: RandomKey): Uint32Array {
  const name = `${length} ${key.high} ${key.low}`;
  const known = ORDERS.get(name);
  if (known !== undefined) return known;
  const order = Uint32Array.from(new RandomStream(key).shuffle(Array.from({ length }, (_, i) => i)));
  const [oldest] = ORDERS.keys();
  if (ORDERS.size >= MOST_ORDERS && oldest !== undefined) ORDERS.delete(oldest);
  ORDERS.set(name, order);
  return order;
}
