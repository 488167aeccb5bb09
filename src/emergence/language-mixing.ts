import { countWordsByLanguage } from "../rewards/language-words.ts";

export interface LanguageMixing {
  readonly mixing: number | null;
  readonly mixedShare: number | null;
  readonly samples: number;
  readonly words: number;
}

export function measureLanguageMixing(samples: readonly { readonly thinking: string; readonly language: string | undefined }[]): LanguageMixing {
  const counts = samples.flatMap(({ thinking, language }) => (language === undefined ? [] : [countWordsByLanguage(thinking, language)])).filter(({ own, other }) => own + other > 0);
  const words = counts.reduce((sum, { own, other }) => sum + own + other, 0);
  const mixed = counts.reduce((sum, { other }) => sum + other, 0);
  return { mixing: words === 0 ? null : mixed / words, mixedShare: counts.length === 0 ? null : counts.filter(({ other }) => other > 0).length / counts.length, samples: samples.length, words };
}
