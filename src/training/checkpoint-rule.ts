import { OptionError, show } from "../errors.ts";

/** A checkpoint is written behind every so many steps, or behind the first step so many seconds after the last. */
export type CheckpointRule = { readonly steps: number } | { readonly seconds: number };

const RULE = /^(\d{1,9})(s?)$/;

/** Reads `checkpointEvery`: `5` for steps, `60s` for seconds. @throws OptionError */
export function checkpointRule(checkpointEvery: string): CheckpointRule {
  const [, digits = "", unit] = RULE.exec(checkpointEvery) ?? [];
  const count = Number(digits);
  if (count < 1)
    throw new OptionError(
      `Expected \`checkpointEvery\` to be a number of steps from 1 up, or of seconds such as "60s", got ${show(checkpointEvery)}.`,
    );
  return unit === "s" ? { seconds: count } : { steps: count };
}
