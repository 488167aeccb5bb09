import type { Glossary } from "./glossary.ts";
import { TERM_NAMES, type TermName } from "./terms.ts";

/** A piece of a text: a term, or what stands between two. */
export interface TermPiece {
  readonly text: string;
  readonly term: TermName | null;
}

export interface MarkingOptions {
  /** Terms that are marked at most; all where absent. */
  readonly most?: number;
  /** Terms that are marked elsewhere already. */
  readonly without?: readonly TermName[];
}

interface Finder {
  readonly pattern: RegExp;
  readonly names: ReadonlyMap<string, TermName>;
}

/** Each glossary's finder, made once. */
const finders = new WeakMap<Glossary, Finder>();

/**
 * Cuts a text where terms stand for the first time. The longest alias counts; what begins or ends in a Latin letter is
 * a whole word, and anything else, Chinese above all, is found wherever it stands.
 *
 * @returns pieces that are the text together
 */
export function withTerms(text: string, glossary: Glossary, options: MarkingOptions = {}): readonly TermPiece[] {
  const { pattern, names } = finderOf(glossary);
  const seen = new Set<TermName>(options.without);
  let left = options.most ?? Infinity;
  let end = 0;
  const pieces: TermPiece[] = [];
  for (const match of text.matchAll(pattern)) {
    const term = names.get(match[0].toLowerCase());
    if (term === undefined || seen.has(term) || left === 0) continue;
    seen.add(term);
    left--;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), term: null });
    pieces.push({ text: match[0], term });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), term: null });
  return pieces;
}

/** The terms that `withTerms` marks in a text. */
export function termsIn(text: string, glossary: Glossary, options: MarkingOptions = {}): readonly TermName[] {
  return withTerms(text, glossary, options).flatMap(({ term }) => (term === null ? [] : [term]));
}

function finderOf(glossary: Glossary): Finder {
  const known = finders.get(glossary);
  if (known !== undefined) return known;
  const names = new Map<string, TermName>();
  for (const term of TERM_NAMES) {
    const { name, aliases } = glossary.terms[term];
    // A name of one sign stands in too many other words; where it can be found all the same it is an alias too.
    for (const alias of [...(name.length > 1 ? [name] : []), ...aliases])
      if (!names.has(alias.toLowerCase())) names.set(alias.toLowerCase(), term);
  }
  const made = { pattern: new RegExp(patternOf([...names.keys()]), "gi"), names };
  finders.set(glossary, made);
  return made;
}

/** What may not stand beside a whole word. */
const LATIN = "[0-9A-Za-z\u00C0-\u024F@_-]";

/** Aliases by how they begin and end, so that the signs beside a word are looked at once and not for each alias. */
function patternOf(aliases: readonly string[]): string {
  const longestFirst = [...aliases].sort((a, b) => b.length - a.length);
  const kinds = [
    [true, false],
    [false, true],
    [true, true],
    [false, false],
  ] as const;
  return kinds
    .flatMap(([begins, ends]) => {
      const held = longestFirst.filter((alias) => isLatin(alias[0]) === begins && isLatin(alias.at(-1)) === ends);
      const words = held.map((alias) => alias.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)).join("|");
      return held.length === 0 ? [] : [`${begins ? `(?<!${LATIN})` : ""}(?:${words})${ends ? `(?!${LATIN})` : ""}`];
    })
    .join("|");
}

function isLatin(sign: string | undefined): boolean {
  return sign !== undefined && /[0-9A-Za-z\u00C0-\u024F]/.test(sign);
}
