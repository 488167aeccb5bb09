export { AhaFinder, findAhaMoments, type AhaRollout } from "./aha-finder.ts";
export type { AhaMoment } from "../records/aha-moment.ts";
export { completionSpans, type CompletionSpan, type SpanFacts } from "./completion-spans.ts";
export { lengthByDifficulty, pearson } from "./effort.ts";
export { measureLanguageMixing, type LanguageMixing } from "./language-mixing.ts";
export type { EmergenceMetrics } from "../records/emergence-metrics.ts";
export { measureEmergence, type EmergenceOptions, type EmergenceSample } from "./measure-emergence.ts";
export {
  PAPER_REFLECTIVE_WORDS,
  reflectionRate,
  reflectiveWordCounter,
  reflectiveWordPattern,
} from "./reflective-words.ts";
export { correctsItself } from "./self-correction.ts";
