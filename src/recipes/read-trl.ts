import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { parquetTexts } from "../data/parquet-table.ts";
import { RunError, show } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";
import {
  checkStep,
  readRow,
  ROW_FIELDS,
  ROW_NUMBER,
  ROW_TEXT,
  TOKEN_LIST,
  verdictOf,
  type ForeignRollout,
} from "./foreign-rollout.ts";

/** What an engine's log says of one of its optimizer steps. */
export interface LoggedStep {
  readonly step: number;
  readonly loss?: number | undefined;
  readonly gradNorm?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly entropy?: number | undefined;
  readonly kl?: number | undefined;
  readonly clipFraction?: number | undefined;
  readonly seconds?: number | undefined;
}

const COLUMNS = ["prompt", "completion", "problem", "verdict", "aha"] as const;
const MORE = ["step", "reason", "part", "truncated", "tokens", "advantage"] as const;
const ROW = v.object({
  ...ROW_FIELDS,
  prompt: ROW_TEXT,
  completion: ROW_TEXT,
  aha: v.nullable(ROW_NUMBER),
  truncated: v.optional(v.nullable(v.boolean())),
  tokens: v.optional(v.nullable(TOKEN_LIST)),
  advantage: v.optional(v.nullable(ROW_NUMBER)),
});

/**
 * The completions of one of TRL's parquet files, that of optimizer step `file`.
 *
 * @throws RunError, OptionError for a file that can't be used
 */
export async function readTrlStep(path: string, file: number): Promise<ForeignRollout[]> {
  const rollouts: ForeignRollout[] = [];
  for await (const lines of parquetTexts(path, { required: COLUMNS, optional: MORE, nested: true }))
    for (const line of lines) {
      const where = `row ${rollouts.length + 1} of ${show(path)}`;
      const row = readRow(ROW, line, where);
      const { step, prompt, completion, problem, aha, truncated, tokens, advantage, ...judged } = row;
      checkStep(step, file, where);
      rollouts.push({
        prompt,
        completion,
        problem,
        verdict: verdictOf(judged, where),
        reward: aha,
        advantage: advantage ?? null,
        tokens: tokens ?? [],
        truncated: truncated ?? null,
      });
    }
  return rollouts;
}

const MOST_LOG_BYTES = 2 ** 28;
const number = v.optional(v.nullable(v.number()));
const LOG = v.array(
  v.looseObject({
    step: v.pipe(v.number(), v.integer(), v.minValue(0)),
    loss: number,
    grad_norm: number,
    learning_rate: number,
    entropy: number,
    kl: number,
    "clip_ratio/region_mean": number,
    step_time: number,
  }),
);

/** What `train.py` kept of TRL's log; nothing where it was killed before. @throws RunError for a file that is none */
export async function readTrlLog(folder: string): Promise<LoggedStep[]> {
  const path = join(folder, "log.json");
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined) return [];
  if (size > MOST_LOG_BYTES)
    throw new RunError(`Expected ${show(path)} of at most ${MOST_LOG_BYTES} bytes, got ${size}; remove the file.`);
  // Python writes NaN, which is no JSON: a figure that isn't there.
  const text = (await readFile(path, "utf8")).replaceAll(/-?\b(NaN|Infinity)\b/g, "null");
  const result = v.safeParse(LOG, foreignJson(text).value);
  if (!result.success)
    throw new RunError(`Expected ${show(path)} as train.py writes it, got it damaged; remove the file.`);
  return result.output.map((row) => ({
    step: row.step,
    loss: row.loss ?? undefined,
    gradNorm: row.grad_norm ?? undefined,
    learningRate: row.learning_rate ?? undefined,
    entropy: row.entropy ?? undefined,
    kl: row.kl ?? undefined,
    clipFraction: row["clip_ratio/region_mean"] ?? undefined,
    seconds: row.step_time ?? undefined,
  }));
}
