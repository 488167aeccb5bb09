import { OptionError, show } from "../errors.ts";
import { placesOf, refuseUnknown, type OptionSet } from "../options/index.ts";
import type { RunConfig } from "../records/run-event.ts";
import { DATA_FIELDS } from "./recorded-options.ts";
import { ZERO, type ZeroOptions } from "./zero-groups.ts";

/** What decides what a checkpoint holds, or which problems there are: another one is another run. */
const FIXED: readonly string[] = [
  ...DATA_FIELDS,
  "task",
  "template",
  "seed",
  "preset",
  "preflight",
  "lora",
  "loraAlpha",
  "loraTargets",
  "critic",
  "rewardModel",
  "schedule",
  "tokenizer",
];

/** The options that a run may go on with in the place of its own. */
export type ChangedOptions = Partial<Omit<ZeroOptions, "base">>;

/** The groups of options that a resume takes. */
export const CHANGEABLE: OptionSet = Object.fromEntries(
  Object.entries(ZERO).map(([name, group]) => [
    name,
    {
      ...group,
      options: Object.fromEntries(
        Object.entries(group.options).filter(([key]) => name !== "data" && !FIXED.includes(key)),
      ),
    },
  ]),
);

/** A change of options in the middle of a run: it holds for the steps after `step`. */
interface Change {
  readonly step: number;
  /** By name: what it was and what it is. */
  readonly options: Readonly<Record<string, readonly [before: unknown, after: unknown]>>;
}

/**
 * A run's config with other options, and with a record of what they were. Options that are what they were before
 * change nothing.
 *
 * @param step the last one that was made with the options before
 * @returns null where nothing changes
 * @throws OptionError for an option that can't be changed in the middle of a run
 */
export function changedConfig(config: RunConfig, given: ChangedOptions, step: number): RunConfig | null {
  const fixed = Object.keys(given).find((name) => FIXED.includes(name));
  if (fixed !== undefined)
    throw new OptionError(
      `Expected options that a run can change on its way, got ${show(fixed)}; begin another run, from this one's model where you like.`,
    );
  refuseUnknown(given, Object.fromEntries(placesOf(CHANGEABLE).map(({ stored }) => [stored, true])));
  const changes = Object.entries(given)
    .filter(([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(config[name]))
    .map(([name, value]) => [name, [config[name] ?? null, value]] as const);
  if (changes.length === 0) return null;
  const change: Change = { step, options: Object.fromEntries(changes) };
  const earlier = Array.isArray(config["changes"]) ? (config["changes"] as readonly unknown[]) : [];
  return { ...config, ...given, changes: [...earlier, change] };
}

/** A change in words, for whoever follows the run. */
export function changeWords({ changes }: RunConfig): string {
  const { options } = (changes as readonly Change[]).at(-1)!;
  const words = Object.entries(options).map(
    ([name, [before, after]]) => `\`${name}\` ${show(before)} -> ${show(after)}`,
  );
  return `Goes on with ${words.join(", ")}: from here on the run has not the bytes of one that was never changed.`;
}
