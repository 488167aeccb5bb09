import { expect, test } from "vitest";
import { randomKey } from "../random.ts";
import { listed } from "../data/problem-set.ts";
import { drawRows } from "./draw-rows.ts";

const rows = listed(
  "ten",
  Array.from({ length: 10 }, (_, i) => ({ id: `p${i}` })),
);
const ids = async (step: number, count = 4, seed = 1): Promise<string[]> =>
  (await drawRows(rows, count, step, randomKey(seed))).map(({ id }) => id);

test("every problem comes once an epoch", async () => {
  const epoch = [...(await ids(1)), ...(await ids(2)), ...(await ids(3))].slice(0, 10);
  expect(new Set(epoch).size).toBe(10);
});

test("a step's problems depend on the key and the step alone", async () => {
  expect(await ids(3)).toEqual(await ids(3));
  expect(await ids(3)).not.toEqual(await ids(4));
  expect(await ids(1, 10, 1)).not.toEqual(await ids(1, 10, 2));
});

test("epochs have orders of their own", async () => {
  expect(await ids(1, 10)).not.toEqual(await ids(2, 10));
  expect(new Set(await ids(2, 10)).size).toBe(10);
});
