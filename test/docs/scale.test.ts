import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scaleTables } from "../../scripts/scale-tables.ts";

test("docs/scale.md has the tables of the simulation; npx tsx scripts/simulate-scale.ts writes them", () => {
  expect(readFileSync("docs/scale.md", "utf8")).toContain(`\n${scaleTables()}\n`);
});
