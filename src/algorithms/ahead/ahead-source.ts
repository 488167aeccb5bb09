import type { ScheduleBook } from "../../records/schedule.ts";
import type { GrpoOptions } from "../grpo-options.ts";
import type { PolicySetting } from "../train-policy.ts";
import { liveChecks, type Checks } from "./checks.ts";
import type { AheadRule } from "./next-move.ts";
import { WrittenAhead } from "./written-ahead.ts";

/** Where a schedule is kept, and what else may differ. */
export interface AheadContext {
  readonly book: ScheduleBook;
  /** Ends a wait for verdicts. */
  readonly signal?: AbortSignal | undefined;
  /** By the setting's judge, in the time that there is, where absent. */
  readonly checks?: Checks;
}

/** The source of an asynchronous loop's groups, as its options say. */
export function aheadSource(setting: PolicySetting, { book, signal, checks }: AheadContext): WrittenAhead {
  const { judge, options } = setting;
  return new WrittenAhead(setting, {
    book,
    checks: checks ?? liveChecks(judge, options.judges),
    rule: aheadRule(options),
    signal,
  });
}

function aheadRule({ open, lag, staleness, problemsPerStep: batchSize, steps }: GrpoOptions): AheadRule {
  if (lag > 0) return { batchSize, most: (lag + 1) * batchSize, staleness: Infinity, inOrder: true, steps };
  return { batchSize, most: open, staleness, inOrder: false, steps };
}
