import * as v from "valibot";
import { RunError, show } from "../errors.ts";
import type { Verdict } from "../records/verdict.ts";
import { VERDICT_KINDS } from "../records/verdict.ts";
import { foreignJson } from "../text/foreign-json.ts";

/** A completion as another engine recorded it, with what the exported reward function told it. */
export interface ForeignRollout {
  readonly prompt: string;
  readonly completion: string;
  readonly problem: string;
  readonly verdict: Verdict;
  /** Null where the engine was told that it has none. */
  readonly reward: number | null;
  /** Null where it wasn't recorded. */
  readonly advantage: number | null;
  /** Empty where they weren't recorded. */
  readonly tokens: readonly number[];
  /** Whether it was cut at the limit; null where it wasn't recorded. */
  readonly truncated: boolean | null;
}

const LONGEST_TEXT = 2 ** 24;
const LONGEST_ID = 10_000;
const MOST_TOKENS = 2 ** 22;
const token = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));
const text = v.pipe(v.string(), v.maxLength(LONGEST_TEXT));
const finite = v.pipe(v.number(), v.finite());

/** The fields of a row, whoever wrote it. */
export const ROW_FIELDS = {
  problem: v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST_ID)),
  verdict: v.picklist(VERDICT_KINDS),
  reason: v.optional(v.nullable(text)),
  /** How right what is partly right is. */
  part: v.optional(v.nullable(finite)),
} as const;

export const TOKEN_LIST: v.GenericSchema<unknown, number[]> = v.pipe(v.array(token), v.maxLength(MOST_TOKENS));
export const ROW_TEXT: v.GenericSchema<unknown, string> = text;
export const ROW_NUMBER: v.GenericSchema<unknown, number> = finite;

/** Reads a row by its schema. @param where names the row in an error. @throws RunError for a row that doesn't fit */
export function readRow<T>(schema: v.GenericSchema<unknown, T>, line: string, where: string): T {
  const parsed = foreignJson(line);
  if (parsed.expected !== undefined) throw new RunError(`Expected ${parsed.expected} in ${where}, got ${show(line)}.`);
  const result = v.safeParse(schema, parsed.value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "the row";
  throw new RunError(
    `Expected \`${path}\` of ${where} as the exported reward function records it, got ${show(issue.input)}; train with the folder as \`aha export\` wrote it.`,
  );
}

interface RecordedVerdict {
  readonly verdict: Verdict["kind"];
  readonly reason?: string | null | undefined;
  readonly part?: number | null | undefined;
}

/** @throws RunError for a part that is none */
export function verdictOf({ verdict, reason, part }: RecordedVerdict, where: string): Verdict {
  if (verdict === "right") return { kind: "right" };
  const said = reason ?? "";
  if (verdict !== "partly") return { kind: verdict, reason: said };
  if (typeof part !== "number" || part <= 0 || part >= 1)
    throw new RunError(`Expected \`part\` of ${where} between 0 and 1, as it is partly right, got ${show(part)}.`);
  return { kind: "partly", score: part, ...(said === "" ? {} : { reason: said }) };
}
