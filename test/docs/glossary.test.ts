import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { glossaryPage } from "../../scripts/glossary-page.ts";

test("docs/glossary.md is what the terms say; npx tsx scripts/write-glossary.ts writes it", () => {
  expect(readFileSync("docs/glossary.md", "utf8")).toBe(glossaryPage());
});
