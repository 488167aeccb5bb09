export { AhaFinder, findAhaMoments } from "./aha-finder.ts";
export type { AhaMoment } from "../records/aha-moment.ts";
export {
  completionSpans,
  rolloutSpans,
  type CompletionSpan,
  type SpanFacts,
  type SpannedCompletion,
} from "./completion-spans.ts";
export { lengthByDifficulty, pearson } from "./effort.ts";
export { measureLanguageMixing, type LanguageMixing } from "./language-mixing.ts";
export type { EmergenceMetrics } from "../records/emergence-metrics.ts";
export { measureEmergence, type EmergenceOptions } from "./measure-emergence.ts";
export {
  PAPER_REFLECTIVE_WORDS,
  reflectionRate,
  reflectiveWordCounter,
  reflectiveWordPattern,
} from "./reflective-words.ts";
export { attemptFinder, judgedAttempts, type AttemptFinder } from "./judged-attempts.ts";
export { correctsItself } from "./self-correction.ts";
export { changesByToken, type TokenChange, type TwiceScored } from "./token-changes.ts";
