import { readFileSync } from "node:fs";
import {
  paperAddress,
  placeText,
  sourcesOf,
  termsByGroup,
  type Glossary,
} from "../src/dashboard/text/glossary/glossary.ts";

/** A language's glossary, read from its file. @param language `en`, `zh` */
export function readGlossary(language: string): Glossary {
  const file = new URL(`../src/dashboard/text/glossary/${language}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Glossary;
}

/** docs/glossary.md: a table for each group, with the Chinese names. */
export function glossaryPage(): string {
  const english = readGlossary("en");
  const chinese = readGlossary("zh");
  const sections = termsByGroup().map(([group, names]) => {
    const rows = names.map((name) => {
      const { name: term, text } = english.terms[name];
      const places = sourcesOf(name).map((source) => `[${placeText(source, english)}](${paperAddress(source)})`);
      return [`**${term}**`, chinese.terms[name].name, text, places.join("; ")];
    });
    const head = ["term", "中文", "meaning", "in the paper"];
    const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
    return `## ${english.groups[group]}\n\n${lines.join("\n")}`;
  });
  return `${[
    "# Glossary",
    "Written by `npx tsx scripts/write-glossary.ts` from `src/dashboard/text/glossary/`; don't edit it. The dashboard and the page that trains in a tab show these texts where the terms stand. Sections of DeepSeek-R1 are those of its first version. Another language is one more file like `en.json`. The words of the commands and of other trainers are in the [guide](guides/glossary.md).",
    ...sections,
  ].join("\n\n")}\n`;
}
