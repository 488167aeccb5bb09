import {
  CITED_PAPERS,
  TERM_GROUPS,
  TERM_NAMES,
  TERMS,
  type TermGroup,
  type TermName,
  type TermSource,
} from "./terms.ts";

/** A term in a language. */
export interface TermTexts {
  readonly name: string;
  /** One or two sentences. */
  readonly text: string;
  /** What else it is called in running text. */
  readonly aliases: readonly string[];
}

/** The glossary in a language: the content of a file like en.json. */
export interface Glossary {
  readonly groups: Readonly<Record<TermGroup, string>>;
  /** How a place in a paper is named, with `{paper}` and `{at}`. */
  readonly places: Readonly<Record<TermSource["kind"], string>>;
  readonly terms: Readonly<Record<TermName, TermTexts>>;
}

/** The terms of each group, in order. */
export function termsByGroup(): readonly (readonly [TermGroup, readonly TermName[]])[] {
  return TERM_GROUPS.map((group) => [group, TERM_NAMES.filter((name) => TERMS[name].group === group)]);
}

/** Where a term stands, in words: `DeepSeek-R1, section 2.2.1`. */
export function placeText({ paper, kind, at }: TermSource, { places }: Glossary): string {
  return places[kind].replace("{paper}", CITED_PAPERS[paper].title).replace("{at}", at);
}

export function paperAddress({ paper }: TermSource): string {
  return `https://arxiv.org/abs/${CITED_PAPERS[paper].arxiv}`;
}

/** Where a term stands in papers; empty where no paper is named. */
export function sourcesOf(name: TermName): readonly TermSource[] {
  return TERMS[name].sources;
}
