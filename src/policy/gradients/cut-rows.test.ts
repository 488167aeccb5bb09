import { expect, test } from "vitest";
import { cutInto, RUN_POSITIONS } from "./cut-rows.ts";

const LENGTHS = [100, 100, 90, 20, 20, 20, 20, 20];
const cut = (tokenBudget: number, runPositions: number) =>
  cutInto(LENGTHS, (length) => length, { tokenBudget, runPositions });

test("rows are cut where padding costs more than a run", () => {
  // Together 8 x 100 = 800 positions; apart 3 x 100 + 5 x 20 = 400 and a run more.
  expect(cut(1024, RUN_POSITIONS.processor)).toEqual([
    [100, 100, 90],
    [20, 20, 20, 20, 20],
  ]);
  expect(cut(1024, RUN_POSITIONS.device)).toEqual([LENGTHS]);
});

test("none holds more positions than it may, but for a row that is longer", () => {
  for (const rows of cut(200, 64)) expect(rows.length * rows[0]!).toBeLessThanOrEqual(200);
  expect(cut(50, 1024).map((rows) => rows.length)).toEqual([1, 1, 1, 2, 2, 1]);
});
