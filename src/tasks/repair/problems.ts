import { RandomStream, randomKey, splitKey, uniformAt } from "../../random.ts";
import { CODE_LANGUAGES, type CodeLanguage } from "../../records/execution.ts";
import type { Problem } from "../../records/problem.ts";
import { splitOf } from "../split.ts";
import { EQUIVALENT } from "./equivalent.ts";
import { mutationsOf, NAMINGS, namingOf, renamed, type Mutation } from "./mutations.ts";
import { REPAIR_TEMPLATES, type RepairTemplate } from "./templates.ts";

export interface RepairData {
  /** The name of the function, which is that of its template. */
  readonly template: string;
  readonly language: CodeLanguage;
  /** With its bug. */
  readonly source: string;
  /** Without. */
  readonly right: string;
  /** Whether its bug is none that RL meets: a word in another's place at random. In the corpus alone. */
  readonly slip: boolean;
}

/**
 * Of a function in one language, in the corpus alone: a word put in another's place at random, as no mutation does. So
 * many that a line has to be copied to be named, and can't be known by heart.
 */
const CORPUS_SLIPS = 60;
/** Of a function in one language. */
const MOST_MUTATIONS = 28;
const KEY = splitKey(randomKey(0), "repair");

/**
 * A function in a language, with the bugs that its hidden tests find: what passes them in spite of its change, or
 * never ends, is left out (`scripts/find-equivalent-mutations.ts`).
 */
export function bugsOf(template: RepairTemplate, language: CodeLanguage): Mutation[] {
  const source = template[language];
  const place = `${template.name}:${language}`;
  const left = new Set(EQUIVALENT[place] ?? []);
  return mutationsOf(source)
    .filter(({ key, line, wrong }) => !left.has(key) && standsOnce(source, line, wrong))
    .map((mutation) => ({ mutation, rank: uniformAt(splitKey(KEY, place, mutation.key), 0) }))
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, MOST_MUTATIONS)
    .map(({ mutation }) => mutation);
}

const SLIP = "slip:";

/** Bugs for the corpus, none of which is a mutation, and whether tests see them or not. */
function slipsOf(template: RepairTemplate, language: CodeLanguage): Mutation[] {
  const source = template[language];
  const lines = source.split("\n").map((line) => line.trim().split(" "));
  const words = [...new Set(lines.flat())];
  const places = lines.flatMap((line, at) =>
    at === 0 || line.length < 2 ? [] : line.map((_, word) => [at, word] as const),
  );
  const taken = new Set(mutationsOf(source).map(({ key }) => key));
  const random = new RandomStream(splitKey(KEY, "slips", template.name, language));
  const slips: Mutation[] = [];
  while (slips.length < CORPUS_SLIPS) {
    const [line, place] = random.pick(places);
    const right = lines[line]!.join(" ");
    const wrong = lines[line]!.with(place, random.pick(words)).join(" ");
    const key = `${line}:${wrong}`;
    if (wrong === right || taken.has(key) || !standsOnce(source, line, wrong)) continue;
    taken.add(key);
    slips.push({ line, right, wrong, key: `${SLIP}${key}` });
  }
  return slips;
}

/** A changed line that stands a second time couldn't be named by its text. */
function standsOnce(source: string, line: number, wrong: string): boolean {
  return source.split("\n").every((other, place) => place === line || other.trim() !== wrong);
}

/** A source with one line put differently, its indentation kept. */
export function withLine(source: string, line: number, words: string): string {
  return source
    .split("\n")
    .map((old, place) => (place === line ? `${indentation(old)}${words}` : old))
    .join("\n");
}

export function indentation(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

/** Names a bug, whatever its variables are called. */
function idOf(template: RepairTemplate, language: CodeLanguage, { key }: Mutation): string {
  return `repair:${language}:${template.name}:${key}`;
}

/** Every problem. The namings of one bug in one function share a split. */
export function repairProblems(): Problem<RepairData>[] {
  return REPAIR_TEMPLATES.flatMap((template) =>
    CODE_LANGUAGES.flatMap((language) =>
      [...bugsOf(template, language), ...slipsOf(template, language)].flatMap((mutation) =>
        Array.from({ length: NAMINGS }, (_, naming) => problemOf(template, language, mutation, naming)),
      ),
    ),
  );
}

function problemOf(
  template: RepairTemplate,
  language: CodeLanguage,
  mutation: Mutation,
  naming: number,
): Problem<RepairData> {
  const bug = idOf(template, language, mutation);
  const slip = mutation.key.startsWith(SLIP);
  const names = namingOf(template[language], naming);
  const source = renamed(withLine(template[language], mutation.line, mutation.wrong), names);
  return {
    id: `${bug}#${naming}`,
    split: slip ? "corpus" : splitOf(bug),
    question: `One line of this function is wrong. Give it and what it should be, as \`old line => new line\`.\n\n${source}`,
    compactQuestion: compactSource(source),
    difficulty: 0.5,
    data: { template: template.name, language, source, right: renamed(template[language], names), slip },
  };
}

/** A function on one line: `L1`, `L2`, ... begins a line by its place, by which an answer names it. */
export function compactSource(source: string): string {
  return source
    .split("\n")
    .map((line, place) => {
      return place === 0 ? line : `L${place} ${line.trim()}`;
    })
    .join(" ");
}
