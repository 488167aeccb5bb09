import type { Context } from "hono";
import { show } from "../../errors.ts";
import { RequestError } from "./request-error.ts";

/** A whole number of the address; undefined where it isn't given. @throws RequestError for anything else */
export function readInteger(
  context: Context,
  name: string,
  least: number = Number.MIN_SAFE_INTEGER,
): number | undefined {
  const text = context.req.query(name);
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new RequestError(
      400,
      `Expected \`${name}\` to be a whole number${least > Number.MIN_SAFE_INTEGER ? ` from ${least} up` : ""}, got ${show(text)}.`,
    );
  }
  return value;
}

/** A number of the address. @throws RequestError for anything else */
export function readNumber(context: Context, name: string): number | undefined {
  const text = context.req.query(name);
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || text.trim() !== text)
    throw new RequestError(400, `Expected \`${name}\` to be a number, got ${show(text)}.`);
  return value;
}

/** One of some words. @throws RequestError for anything else */
export function readWord<const Word extends string>(
  context: Context,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = context.req.query(name);
  if (text === undefined || text === "") return undefined;
  const found = words.find((word) => word === text);
  if (found === undefined)
    throw new RequestError(400, `Expected \`${name}\` to be one of ${words.join(", ")}, got ${show(text)}.`);
  return found;
}

/** `true` or `false`. @throws RequestError for anything else */
export function readFlag(context: Context, name: string): boolean | undefined {
  const word = readWord(context, name, ["true", "false"]);
  return word === undefined ? undefined : word === "true";
}
