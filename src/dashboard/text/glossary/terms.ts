/** Where a term stands in a paper; a paper is cited as a whole where no section is known. */
export interface TermSource {
  readonly paper: CitedPaper;
  readonly kind: "whole" | "section" | "table" | "equation";
  /** `2.2.1`; empty for a whole paper. */
  readonly at: string;
}

export type CitedPaper = keyof typeof CITED_PAPERS;
/** The parts of the glossary, in their order. */
export type TermGroup = (typeof TERM_GROUPS)[number];
export type TermName = keyof typeof TERMS;

/** The papers of the glossary. Sections of DeepSeek-R1 are those of its first version. */
export const CITED_PAPERS = {
  r1: { title: "DeepSeek-R1", arxiv: "2501.12948" },
  deepSeekMath: { title: "DeepSeekMath", arxiv: "2402.03300" },
  dapo: { title: "DAPO", arxiv: "2503.14476" },
  drGrpo: { title: "Dr. GRPO", arxiv: "2503.20783" },
  ppo: { title: "PPO", arxiv: "1707.06347" },
  codex: { title: "Chen et al. 2021", arxiv: "2107.03374" },
} as const;

export const TERM_GROUPS = ["method", "reward", "update", "sampling", "measuring", "thinking", "r1"] as const;

/** The terms in their order; what they mean stands in a file a language. Without sources: no section is known. */
export const TERMS = {
  grpo: {
    group: "method",
    sources: [
      { paper: "r1", kind: "section", at: "2.2.1" },
      { paper: "deepSeekMath", kind: "whole", at: "" },
    ],
  },
  policy: { group: "method", sources: [] },
  baseModel: { group: "method", sources: [{ paper: "r1", kind: "section", at: "2.2" }] },
  prompt: { group: "method", sources: [{ paper: "r1", kind: "table", at: "1" }] },
  completion: { group: "method", sources: [] },
  rollout: { group: "method", sources: [] },
  group: { group: "method", sources: [{ paper: "deepSeekMath", kind: "section", at: "4.1.2" }] },
  advantage: {
    group: "method",
    sources: [
      { paper: "deepSeekMath", kind: "section", at: "4.1.2" },
      { paper: "r1", kind: "section", at: "2.2.1" },
    ],
  },
  baseline: { group: "method", sources: [{ paper: "r1", kind: "section", at: "2.2.1" }] },
  meanCentred: { group: "method", sources: [{ paper: "drGrpo", kind: "section", at: "3.2" }] },
  groupRelative: {
    group: "method",
    sources: [
      { paper: "deepSeekMath", kind: "section", at: "4.1.2" },
      { paper: "r1", kind: "section", at: "2.2.1" },
    ],
  },
  onPolicy: { group: "method", sources: [] },
  epoch: { group: "method", sources: [] },
  seed: { group: "method", sources: [] },
  reward: { group: "reward", sources: [{ paper: "r1", kind: "section", at: "2.2.2" }] },
  ruleBasedReward: { group: "reward", sources: [{ paper: "r1", kind: "section", at: "2.2.2" }] },
  accuracyReward: { group: "reward", sources: [{ paper: "r1", kind: "section", at: "2.2.2" }] },
  formatReward: { group: "reward", sources: [{ paper: "r1", kind: "section", at: "2.2.2" }] },
  verifier: { group: "reward", sources: [{ paper: "r1", kind: "section", at: "2.2.2" }] },
  rewardModel: { group: "reward", sources: [{ paper: "r1", kind: "section", at: "2.3.4" }] },
  rewardHacking: { group: "reward", sources: [{ paper: "r1", kind: "section", at: "2.2.2" }] },
  overlong: { group: "reward", sources: [{ paper: "dapo", kind: "section", at: "3.4" }] },
  clip: {
    group: "update",
    sources: [
      { paper: "dapo", kind: "section", at: "3.1" },
      { paper: "ppo", kind: "equation", at: "7" },
    ],
  },
  ratio: { group: "update", sources: [{ paper: "ppo", kind: "equation", at: "7" }] },
  klPenalty: { group: "update", sources: [{ paper: "deepSeekMath", kind: "equation", at: "4" }] },
  referencePolicy: { group: "update", sources: [{ paper: "r1", kind: "whole", at: "" }] },
  learningRate: { group: "update", sources: [] },
  gradientNorm: { group: "update", sources: [] },
  samplerGap: { group: "update", sources: [] },
  token: { group: "sampling", sources: [] },
  logProbability: { group: "sampling", sources: [] },
  entropy: { group: "sampling", sources: [{ paper: "dapo", kind: "section", at: "3.1" }] },
  temperature: { group: "sampling", sources: [{ paper: "r1", kind: "section", at: "3" }] },
  topP: { group: "sampling", sources: [{ paper: "r1", kind: "section", at: "3" }] },
  passAt1: { group: "measuring", sources: [{ paper: "r1", kind: "section", at: "3.1" }] },
  passAtK: { group: "measuring", sources: [{ paper: "codex", kind: "equation", at: "1" }] },
  majorityVote: { group: "measuring", sources: [{ paper: "r1", kind: "section", at: "3.1" }] },
  heldOut: { group: "measuring", sources: [] },
  standardError: { group: "measuring", sources: [] },
  confidenceInterval: { group: "measuring", sources: [] },
  chainOfThought: { group: "thinking", sources: [{ paper: "r1", kind: "section", at: "2.3.1" }] },
  selfCorrection: { group: "thinking", sources: [{ paper: "r1", kind: "section", at: "2.2.4" }] },
  reflectiveWord: { group: "thinking", sources: [{ paper: "r1", kind: "section", at: "3" }] },
  ahaMoment: { group: "thinking", sources: [{ paper: "r1", kind: "section", at: "2.2.4" }] },
  r1Zero: { group: "r1", sources: [{ paper: "r1", kind: "section", at: "2.2" }] },
  r1: { group: "r1", sources: [{ paper: "r1", kind: "section", at: "2.3" }] },
  coldStart: { group: "r1", sources: [{ paper: "r1", kind: "section", at: "2.3.1" }] },
  supervisedFineTuning: { group: "r1", sources: [{ paper: "r1", kind: "section", at: "2.3.3" }] },
  rejectionSampling: { group: "r1", sources: [{ paper: "r1", kind: "section", at: "2.3.3" }] },
  distillation: {
    group: "r1",
    sources: [
      { paper: "r1", kind: "section", at: "2.4" },
      { paper: "r1", kind: "section", at: "4.1" },
    ],
  },
  languageMixing: { group: "r1", sources: [{ paper: "r1", kind: "section", at: "2.2.4" }] },
  languageConsistency: { group: "r1", sources: [{ paper: "r1", kind: "section", at: "2.3.2" }] },
} as const satisfies Readonly<Record<string, { readonly group: TermGroup; readonly sources: readonly TermSource[] }>>;

export const TERM_NAMES = Object.keys(TERMS) as readonly TermName[];
