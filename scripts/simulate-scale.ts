/** Writes the simulated tables into docs/scale.md: `npx tsx scripts/simulate-scale.ts`. */
import { readFileSync, writeFileSync } from "node:fs";
import { scaleTables } from "./scale-tables.ts";

const [begin, end] = ["<!-- simulated: begin -->", "<!-- simulated: end -->"] as const;
const page = readFileSync("docs/scale.md", "utf8");
const [before, rest] = page.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined)
  throw new Error("Expected docs/scale.md to have a place for the tables, got none.");
writeFileSync("docs/scale.md", `${before}${begin}\n\n${scaleTables()}\n\n${end}${after}`);
