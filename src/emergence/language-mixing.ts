import { sumOf } from "../numbers/sum.ts";
import { countWordsByLanguage } from "../rewards/language-words.ts";

/** How much some completions mix languages. */
export interface LanguageMixing {
  /** Words in another language than the question's, of all words of all thinkings; null where there are none. */
  readonly mixing: number | null;
  /** Share of thinkings with words that have at least one of another language. */
  readonly mixedShare: number | null;
  readonly samples: number;
  readonly words: number;
}

/**
 * Measures language mixing, which R1-Zero shows (arXiv:2501.12948, section 2.2.4). Samples whose question states no
 * language are left out.
 */
export function measureLanguageMixing(
  samples: readonly { readonly thinking: string; readonly language: string | undefined }[],
): LanguageMixing {
  const counts = samples
    .flatMap(({ thinking, language }) => (language === undefined ? [] : [countWordsByLanguage(thinking, language)]))
    .filter(({ own, other }) => own + other > 0);
  const words = counts.reduce((sum, { own, other }) => sum + own + other, 0);
  const mixed = sumOf(counts, ({ other }) => other);
  return {
    mixing: words === 0 ? null : mixed / words,
    mixedShare: counts.length === 0 ? null : counts.filter(({ other }) => other > 0).length / counts.length,
    samples: samples.length,
    words,
  };
}
