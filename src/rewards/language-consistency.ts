import { countWordsByLanguage } from "./language-words.ts";
import type { RewardPart } from "./reward-part.ts";

export function languageConsistency(text: string, language: string): number | null {
  const { own, other } = countWordsByLanguage(text, language);
  return own + other === 0 ? null : own / (own + other);
}

export function languageConsistencyReward<P extends { readonly language?: string }>(options: { readonly weight?: number } = {}): RewardPart<P> {
  return {
    name: "language",
    weight: options.weight ?? 1,
    score: ({ parsed, problem }) => (problem.language === undefined ? 1 : (languageConsistency(parsed.thinking ?? "", problem.language) ?? 0)),
  };
}
