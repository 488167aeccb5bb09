import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import en from "../../src/playground/words/en.json" with { type: "json" };

const RECORD = "docs/playground-sources.md";
const LEAST = 5;
const LEAST_TERMS = 10;
const PARTS = ["stage", "oneStep", "guess", "breakIt", "moments", "rest", "caveats", "whole"].map(
  (part) => `Page: ${part}`,
);
const PAGES = [
  "1-what-a-base-does",
  "2-one-group-by-hand",
  "3-train-and-look",
  "4-the-control",
  "5-break-it",
  "6-distil-or-rl",
  "teachers",
].map((name) => `docs/lessons/${name}.md`);

interface Checked {
  readonly sentence: string;
  readonly source: string;
  readonly verdict: string;
}

const read = (file: string): string => readFileSync(file, "utf8");

/** The record's tables by the place that they are of. */
const tables = new Map(
  read(RECORD)
    .split(/^## /m)
    .slice(1)
    .map((section): [string, readonly Checked[]] => {
      const rows = section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| sentence"));
      const cells = rows.map((row) => row.slice(2, -2).split(" | "));
      return [
        section.split("\n", 1)[0]!,
        cells.map(([sentence, source, verdict]) => ({ sentence: sentence!, source: source!, verdict: verdict! })),
      ];
    }),
);

/** All that stands in a place: a part of the page's words, or a page. */
function textOf(place: string): string {
  const part = /^Page: (\w+)$/.exec(place)?.[1];
  return part === undefined ? read(place) : Object.values(en[part as keyof typeof en]).join("\n");
}

test("every part of the page, every lesson, the teachers' page and the glossary was read", () => {
  const read = [...tables].filter(
    ([place, rows]) => rows.length >= (place === "docs/glossary.md" ? LEAST_TERMS : LEAST),
  );
  expect(read.map(([place]) => place)).toEqual([...tables.keys()]);
  expect([...tables.keys()].toSorted()).toEqual(
    ["Page: page", ...PARTS, ...PAGES, "docs/playground.md", "docs/glossary.md"].toSorted(),
  );
});

describe.each([...tables])("%s", (place, rows) => {
  test.each(rows)("$sentence", ({ sentence, source, verdict }) => {
    // A sentence that isn't found was changed: read it against its source again, then put it in the record.
    expect(textOf(place)).toContain(sentence);
    expect(["kept", "mended"]).toContain(verdict);
    expect(source.length).toBeGreaterThan(1);
    for (const [, path] of source.matchAll(/`((?:src|test)\/[^`]+)`/g)) expect(existsSync(path!), path).toBe(true);
    const named = /claims: ([a-z0-9, -]+?)(?: to [a-z]+| \(|;|$)/.exec(source)?.[1];
    for (const claim of named?.split(", ") ?? []) expect(read("docs/claims.md")).toContain(`\n## ${claim}\n`);
    const entry = /(?:^|; )log, ([^(;]+?)(?: \(|;|$)/.exec(source)?.[1];
    if (entry !== undefined) expect(read("docs/log.md").toLowerCase()).toMatch(new RegExp(`^##+ .*${entry}`, "m"));
  });
});
