import { countWordsByLanguage } from "./language-words.ts";
import type { CompletionReward } from "./reward-part.ts";

/**
 * Language consistency: the share of a text's words that are in a language, from 0 to 1; null where it has no words.
 * R1, arXiv:2501.12948, section 2.3.2.
 *
 * @param language a BCP 47 tag such as `en` or `zh`
 * @throws OptionError for what is no language tag
 */
export function languageConsistency(text: string, language: string): number | null {
  const { own, other } = countWordsByLanguage(text, language);
  return own + other === 0 ? null : own / (own + other);
}

export interface LanguageConsistencyOptions {
  /** 1 where absent: R1 adds it directly. */
  readonly weight?: number;
}

/**
 * Rewards thinking in the question's language. The paper doesn't say what a thinking without words earns; here it is 0,
 * or silence would be the way to be consistent. Where the problem states no language everybody earns 1, which tells
 * nobody anything.
 */
export function languageConsistencyReward<P extends { readonly language?: string }>(
  options: LanguageConsistencyOptions = {},
): CompletionReward<P> {
  return {
    name: "language",
    weight: options.weight ?? 1,
    score: ({ parsed, problem }) =>
      problem.language === undefined ? 1 : (languageConsistency(parsed.thinking ?? "", problem.language) ?? 0),
  };
}
