import { OptionError, show } from "../errors.ts";

/** Words of a text by language. */
export interface WordCount {
  readonly own: number;
  readonly other: number;
}

const NOT_PROSE = /```[\s\S]*?(?:```|$)|`[^`\n]*`|\$[^$\n]*\$|<[^<>\n]{0,40}>/g;
const FORMULA = /[=+*^\\_]|\d/;

export function countWordsByLanguage(text: string, language: string): WordCount {
  const script = scriptsOf(language);
  let own = 0;
  let other = 0;
  for (const chunk of text.replace(NOT_PROSE, " ").split(/\s+/)) {
    if (chunk === "" || FORMULA.test(chunk)) continue;
    for (const { segment, isWordLike } of segmenter(language).segment(chunk)) {
      if (isWordLike !== true || !/\p{L}/u.test(segment)) continue;
      if (script.test(segment)) own++;
      else other++;
    }
  }
  return { own, other };
}

const SCRIPTS: Readonly<Record<string, RegExp>> = { Jpan: /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u, Kore: /^[\p{Script=Hangul}\p{Script=Han}]/u, Hans: /^\p{Script=Han}/u, Hant: /^\p{Script=Han}/u };
const known = new Map<string, RegExp>();
const segmenters = new Map<string, Intl.Segmenter>();

function scriptsOf(language: string): RegExp {
  let found = known.get(language);
  if (found === undefined) {
    try {
      const name = new Intl.Locale(language).maximize().script ?? "Latn";
      found = SCRIPTS[name] ?? new RegExp(`^\\p{Script=${name}}`, "u");
    } catch {
      throw new OptionError(`Expected \`language\` to be a language tag such as en or zh, got ${show(language)}.`);
    }
    known.set(language, found);
  }
  return found;
}

function segmenter(language: string): Intl.Segmenter {
  let found = segmenters.get(language);
  if (found === undefined) segmenters.set(language, (found = new Intl.Segmenter(language, { granularity: "word" })));
  return found;
}
