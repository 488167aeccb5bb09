import { TAB_DEFAULTS, type TabSettings } from "../settings.ts";

/** One thing changed of the usual run. */
export interface Preset {
  readonly id: PresetId;
  /** What differs from the usual run. */
  readonly change: Partial<TabSettings>;
}

export type PresetId = "format" | "pairs" | "noBaseline" | "cool" | "fast" | "noRetries" | "lengthRewarded";

/** Every preset that a tab can run. Groups of two are as many completions a step as the usual ones. */
export const BREAKING_PRESETS: readonly Preset[] = [
  { id: "format", change: { accuracyWeight: 0, formatWeight: 1 } },
  { id: "pairs", change: { groupSize: 2, problemsPerStep: 128 } },
  { id: "noBaseline", change: { baseline: "none" } },
  { id: "cool", change: { temperature: 0.3 } },
  { id: "fast", change: { learningRate: 5e-3 } },
  { id: "noRetries", change: { model: "countdown-no-retries-base" } },
  { id: "lengthRewarded", change: { rewards: "length" } },
];

/** What a preset is compared with: everything as `aha zero` has it, with a seed of the reader's. */
export function usualSettings(seed: number): TabSettings {
  // One thread each, so that two runs have a core each; held-out problems would cost both their time.
  return { ...TAB_DEFAULTS, seed, workers: 1, evaluationProblems: 0 };
}

export function presetSettings({ change }: Preset, seed: number): TabSettings {
  return { ...usualSettings(seed), ...change };
}

/** What a preset's link names: the run that the stage makes of it, as the stage makes any. */
export function linkedSettings({ change }: Preset, seed: number, workers: number): TabSettings {
  return { ...TAB_DEFAULTS, seed, workers, ...change };
}

/** The preset that settings are those of; undefined for the usual ones and all others. */
export function presetOf(settings: TabSettings): Preset | undefined {
  const changed = Object.entries(settings).filter(([name, value]) => value !== settingOf(TAB_DEFAULTS, name));
  const names = changed.map(([name]) => name).filter((name) => name !== "seed" && name !== "workers");
  return BREAKING_PRESETS.find(({ change }) => {
    const own = Object.keys(change);
    return own.length === names.length && own.every((name) => settingOf(settings, name) === settingOf(change, name));
  });
}

function settingOf(settings: Partial<TabSettings>, name: string): unknown {
  return settings[name as keyof TabSettings];
}
