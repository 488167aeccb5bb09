/** Writes the fitted tables into docs/scaling.md: `npx tsx scripts/fit-scaling.ts`. */
import { readFileSync, writeFileSync } from "node:fs";
import { scalingTables } from "./scaling-fit.ts";

const [begin, end] = ["<!-- fitted: begin -->", "<!-- fitted: end -->"] as const;
const page = readFileSync("docs/scaling.md", "utf8");
const [before, rest] = page.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined)
  throw new Error("Expected docs/scaling.md to have a place for the tables, got none.");
writeFileSync("docs/scaling.md", `${before}${begin}\n\n${scalingTables()}\n\n${end}${after}`);
