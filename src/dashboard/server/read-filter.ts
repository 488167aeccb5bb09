import type { Context } from "hono";
import type { RolloutFilter } from "../api.ts";
import { readFlag, readInteger, readNumber, readWord } from "./read-parameters.ts";
import { RequestError } from "./request-error.ts";

export const LONGEST_PAGE = 200;
const PAGE = 50;
const LONGEST_TEXT = 1000;

/** A filter of rollouts as it stands in an address. @throws RequestError for a value that can't be meant */
export function readFilter(context: Context): RolloutFilter & { readonly offset: number; readonly limit: number } {
  const text = context.req.query("text");
  if (text !== undefined && text.length > LONGEST_TEXT)
    throw new RequestError(
      400,
      `Expected a text of at most ${LONGEST_TEXT} characters to look for, got ${text.length}.`,
    );
  const limit = readInteger(context, "limit", 0) ?? PAGE;
  if (limit > LONGEST_PAGE)
    throw new RequestError(400, `Expected \`limit\` to be at most ${LONGEST_PAGE}, got ${limit}.`);
  return {
    ...given("stepFrom", readInteger(context, "stepFrom")),
    ...given("stepTo", readInteger(context, "stepTo")),
    ...given("problem", context.req.query("problem") || undefined),
    ...given("verdict", readWord(context, "verdict", ["right", "wrong", "unverifiable"])),
    ...given("status", readWord(context, "status", ["finished", "truncated"])),
    ...given("rewardFrom", readNumber(context, "rewardFrom")),
    ...given("rewardTo", readNumber(context, "rewardTo")),
    ...given("lengthFrom", readInteger(context, "lengthFrom")),
    ...given("lengthTo", readInteger(context, "lengthTo")),
    ...given("text", text),
    ...given("corrected", readFlag(context, "corrected")),
    ...given("sort", readWord(context, "sort", ["step", "reward", "length"])),
    ...given("descending", readFlag(context, "descending")),
    offset: readInteger(context, "offset", 0) ?? 0,
    limit,
  };
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in Name]: Value });
}
