/** What names a run in a tab: with the same settings a browser computes the same bytes. */
export interface TabSettings {
  readonly model: (typeof TAB_MODELS)[number];
  readonly seed: number;
  /** Engine threads; they decide the order of sums. */
  readonly workers: number;
  readonly steps: number;
  readonly problemsPerStep: number;
  readonly groupSize: number;
  readonly temperature: number;
  readonly learningRate: number;
  /** What a completion's reward is compared with; `none` for nothing. */
  readonly baseline: (typeof BASELINES)[number];
  /** By the rules, with the weights below; or for each token that is written. */
  readonly rewards: (typeof REWARD_KINDS)[number];
  readonly accuracyWeight: number;
  readonly formatWeight: number;
  /** Steps between measurements on held-out problems; 0 for the one before training alone. */
  readonly evaluateEvery: number;
  /** Held-out problems that are measured, each by four samples; 0 for none. */
  readonly evaluationProblems: number;
}

/** The models that the page has. */
export const TAB_MODELS = ["countdown-base", "countdown-small-base", "countdown-no-retries-base"] as const;
export const BASELINES = ["mean-centred", "group-relative", "leave-one-out", "none"] as const;
export const REWARD_KINDS = ["rules", "length"] as const;

/** As `aha zero` has it, but for what is measured. */
export const TAB_DEFAULTS: TabSettings = {
  model: "countdown-base",
  seed: 1,
  workers: 2,
  steps: 110,
  problemsPerStep: 32,
  groupSize: 8,
  temperature: 1,
  learningRate: 5e-4,
  baseline: "mean-centred",
  rewards: "rules",
  accuracyWeight: 1,
  formatWeight: 0,
  evaluateEvery: 10,
  evaluationProblems: 64,
};
