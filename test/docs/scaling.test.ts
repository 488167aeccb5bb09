import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scalingTables } from "../../scripts/scaling-fit.ts";

test("docs/scaling.md has the tables of the fit; npx tsx scripts/fit-scaling.ts writes them", () => {
  expect(readFileSync("docs/scaling.md", "utf8")).toContain(`\n${scalingTables()}\n`);
});
