import { randomKey, splitKey, uniformAt } from "../random.ts";
import type { Split } from "./task.ts";

/** The share of each split, added up. */
const BOUNDS: readonly (readonly [Split, number])[] = [
  ["corpus", 0.4],
  ["train", 0.76],
  ["validation", 0.86],
  ["heldOut", 1],
];

const KEY = splitKey(randomKey(0), "split");

/** The split that a problem belongs to for good: decided by its id alone, so that no seed or run can move it. */
export function splitOf(problemId: string): Split {
  const place = uniformAt(splitKey(KEY, problemId), 0);
  return BOUNDS.find(([, bound]) => place < bound)![0];
}
