import { BASELINES, REWARD_KINDS, TAB_DEFAULTS, TAB_MODELS, type TabSettings } from "./settings.ts";

/** What the page's address names: a run, and a place in it. */
export interface TabAddress {
  readonly settings: TabSettings;
  /** A step of the run, a group of it, a sample of that; null where the address names none. */
  readonly step: number | null;
  readonly group: number | null;
  readonly sample: number | null;
}

/** The bounds of a setting that is a number, and whether it is a whole one. */
export const SETTING_BOUNDS = {
  seed: [0, 2 ** 32 - 1, true],
  workers: [1, 16, true],
  steps: [1, 1000, true],
  problemsPerStep: [1, 128, true],
  groupSize: [2, 32, true],
  temperature: [0.05, 5, false],
  learningRate: [0, 1, false],
  accuracyWeight: [0, 10, false],
  formatWeight: [0, 10, false],
  evaluateEvery: [0, 1000, true],
  evaluationProblems: [0, 512, true],
} as const satisfies Readonly<Record<string, readonly [from: number, to: number, whole: boolean]>>;

const CHOICES = { model: TAB_MODELS, baseline: BASELINES, rewards: REWARD_KINDS } as const;

/**
 * Reads the part of an address behind its `#`. An address may be a stranger's: what is unknown or out of bounds is left
 * at its default.
 *
 * @param defaults of this machine
 */
export function readAddress(hash: string, defaults: TabSettings = TAB_DEFAULTS): TabAddress {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const read: Record<string, number | string> = { ...defaults };
  for (const [name, [from, to, whole]] of Object.entries(SETTING_BOUNDS)) {
    const value = numberOf(given.get(name), from, to);
    if (value !== null && (!whole || Number.isInteger(value))) read[name] = value;
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = given.get(name);
    if (value !== null && (choices as readonly string[]).includes(value)) read[name] = value;
  }
  const place = (name: string): number | null => {
    const value = numberOf(given.get(name), 0, 1_000_000);
    return value !== null && Number.isInteger(value) ? value : null;
  };
  return {
    settings: read as unknown as TabSettings,
    step: place("step"),
    group: place("group"),
    sample: place("sample"),
  };
}

function numberOf(text: string | null, from: number, to: number): number | null {
  if (text === null || !/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text)) return null;
  const value = Number(text);
  return value >= from && value <= to ? value : null;
}

/** The same as text, with `#`: seed and workers always, of the rest what isn't as everywhere. */
export function addressText({ settings, step, group, sample }: TabAddress): string {
  const named = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    const usual = TAB_DEFAULTS[name as keyof TabSettings];
    if (name === "seed" || name === "workers" || value !== usual) named.set(name, String(value));
  }
  for (const [name, value] of Object.entries({ step, group, sample }))
    if (value !== null) named.set(name, String(value));
  return `#${named.toString()}`;
}
