import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { JOBS, optionsPage } from "../../scripts/option-tables.ts";
import { placesOf } from "../../src/options/index.ts";

test("docs/options.md is what the declarations say; npx tsx scripts/write-options.ts writes it", () => {
  expect(readFileSync("docs/options.md", "utf8")).toBe(optionsPage());
});

test.each(JOBS.map(({ title, set }) => [title, set] as const))("%s: a flag is its option's name", (_title, set) => {
  // A config's `kind` says what the run is, so the kind of golds has another name there.
  const kebab = (name: string): string =>
    name === "goldKind" ? "kind" : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const places = placesOf(set);
  for (const { stored, option } of places) {
    if (option.flag !== null) expect(option.flag.split(" ")[0]!.replace("--no-", "--")).toBe(`--${kebab(stored)}`);
  }
  const names = places.map(({ stored }) => stored);
  expect(new Set(names).size).toBe(names.length);
});
