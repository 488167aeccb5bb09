/**
 * Writes docs/glossary.md from the terms of the glossary:
 *
 *   npx tsx scripts/write-glossary.ts
 */
import { writeFileSync } from "node:fs";
import { glossaryPage } from "./glossary-page.ts";

writeFileSync("docs/glossary.md", glossaryPage());
