import type { Attempt } from "../task.ts";
import { triesBetweenVerdicts } from "../tries-between-verdicts.ts";
import { REMARKS } from "../../pretraining/countdown/corpus-options.ts";

const SKIPPED: ReadonlySet<string> = new Set([...REMARKS, ","]);

/** The tries of a thinking text, without the remarks before them. */
export function countdownAttempts(thinking: string): Attempt[] {
  return triesBetweenVerdicts(thinking, SKIPPED);
}
