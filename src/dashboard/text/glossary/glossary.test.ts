import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { placeText, sourcesOf, termsByGroup, type Glossary } from "./glossary.ts";
import { CITED_PAPERS, TERM_GROUPS, TERM_NAMES, type TermSource } from "./terms.ts";
import { termsIn } from "./with-terms.ts";

const LONGEST = 220;
const folder = fileURLToPath(new URL(".", import.meta.url));
const src = fileURLToPath(new URL("../../../", import.meta.url));
const languages = readdirSync(folder).filter((name) => name.endsWith(".json"));

function glossaryOf(file: string): Glossary {
  return JSON.parse(readFileSync(`${folder}${file}`, "utf8")) as Glossary;
}

/** The block comments of src/, each on one line. */
function docstrings(): string[] {
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .flatMap((path) => readFileSync(`${src}${path}`, "utf8").match(/\/\*\*[^]*?\*\//g) ?? [])
    .map((text) => text.replace(/\s*\n\s*\* ?/g, " "));
}

/** What a comment says before a number of that kind: `section 2.2`, `sections 2.3.1 and`, `R1 2.2.2`. */
const BEFORE: Readonly<Record<Exclude<TermSource["kind"], "whole">, string>> = {
  section: "(sections?|R1|DeepSeekMath)",
  table: "table",
  equation: "eq\\.",
};

test("there are some forty terms or more, in English and Chinese", () => {
  expect(TERM_NAMES.length).toBeGreaterThanOrEqual(40);
  expect(languages).toEqual(["en.json", "zh.json"]);
  expect(termsByGroup().flatMap(([, names]) => names)).toHaveLength(TERM_NAMES.length);
});

describe.each(languages)("%s", (file) => {
  const glossary = glossaryOf(file);

  test("has every term and group, and no other", () => {
    expect(Object.keys(glossary.terms).sort()).toEqual([...TERM_NAMES].sort());
    expect(Object.keys(glossary.groups).sort()).toEqual([...TERM_GROUPS].sort());
  });

  test.each(TERM_NAMES)("%s: a name, one to three short sentences, and it is found by what it is called", (name) => {
    const { name: called, text, aliases } = glossary.terms[name];
    for (const part of [called, text, ...aliases]) expect(part).toBe(part.trim());
    expect(called).not.toBe("");
    expect(text.length).toBeGreaterThan(10);
    expect(text.length).toBeLessThanOrEqual(LONGEST);
    expect(text).toMatch(/[.。]$/);
    expect(text).not.toMatch(/[!！\n|]/);
    expect(aliases).not.toContain("");
    expect(new Set(aliases).size).toBe(aliases.length);
    // In one word with another term or alone; one sign alone is found by its aliases.
    for (const alias of [...(called.length > 1 ? [called] : []), ...aliases])
      expect(termsIn(alias, glossary)).toEqual([name]);
    expect(called.length > 1 || aliases.length > 0).toBe(true);
  });

  test("a place in a paper has no gaps left", () => {
    for (const source of TERM_NAMES.flatMap((name) => sourcesOf(name))) {
      const text = placeText(source, glossary);
      expect(text).toContain(CITED_PAPERS[source.paper].title);
      expect(text).toContain(source.at);
      expect(text).not.toMatch(/[{}]/);
    }
  });
});

test("every section, table and equation is one that the comments of src/ name of that paper", () => {
  const comments = docstrings();
  const unnamed = TERM_NAMES.flatMap((name) => sourcesOf(name).map((source) => ({ name, ...source }))).filter(
    ({ paper, kind, at }) => {
      if (kind === "whole") return at !== "";
      const number = `${at.replaceAll(".", "\\.")}(?![\\d]|\\.\\d)`;
      const cited = new RegExp(`\\b${BEFORE[kind]} ([\\d.]+ ?(\\([^)]*\\))? ?and )?${number}`, "i");
      return !comments.some((text) => text.includes(CITED_PAPERS[paper].arxiv) && cited.test(text));
    },
  );
  expect(unnamed).toEqual([]);
});
