import * as v from "valibot";
import { RunError, show } from "../errors.ts";
import { lineBatches } from "../host/byte-lines.ts";
import {
  readRow,
  ROW_FIELDS,
  ROW_NUMBER,
  ROW_TEXT,
  TOKEN_LIST,
  verdictOf,
  type ForeignRollout,
} from "./foreign-rollout.ts";

/** Bytes. */
const LONGEST_LINE = 2 ** 26;

const flag = v.optional(v.nullable(v.union([v.boolean(), v.number()])));
const ROW = v.object({
  ...ROW_FIELDS,
  input: ROW_TEXT,
  output: ROW_TEXT,
  score: ROW_NUMBER,
  unverifiable: flag,
  truncated: flag,
  /** verl's arrays hold no lists: the tokens as one text. */
  token_ids: v.optional(v.nullable(v.pipe(ROW_TEXT, v.regex(/^(\d{1,10}( \d{1,10})*)?$/)))),
});

/** The completions of one of verl's rollout files. @throws RunError for a file that can't be used */
export async function readVerlStep(path: string): Promise<ForeignRollout[]> {
  const rollouts: ForeignRollout[] = [];
  for await (const lines of lineBatches(path, LONGEST_LINE))
    for (const { text } of lines) {
      const where = `line ${rollouts.length + 1} of ${show(path)}`;
      if (text === null) throw new RunError(`Expected ${where} to be UTF-8, got other bytes; copy the file again.`);
      if (text.trim() === "") continue;
      const { input, output, problem, score, unverifiable, truncated, token_ids, ...judged } = readRow(
        ROW,
        text,
        where,
      );
      const verdict = verdictOf(judged, where);
      const unscored = verdict.kind === "unverifiable" || Boolean(unverifiable);
      const tokens = token_ids ? token_ids.split(" ").map(Number) : [];
      if (!v.is(TOKEN_LIST, tokens))
        throw new RunError(`Expected \`token_ids\` of ${where} to be ids of tokens, got ${show(token_ids)}.`);
      rollouts.push({
        prompt: input,
        completion: output,
        problem,
        verdict,
        // verl was told 0, as it knows numbers alone.
        reward: unscored ? null : score,
        advantage: null,
        tokens,
        truncated: truncated === undefined || truncated === null ? null : Boolean(truncated),
      });
    }
  return rollouts;
}
