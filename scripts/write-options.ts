/**
 * Writes docs/options.md from the declarations of the options:
 *
 *   npx tsx scripts/write-options.ts
 */
import { writeFileSync } from "node:fs";
import { optionsPage } from "./option-tables.ts";

writeFileSync("docs/options.md", optionsPage());
