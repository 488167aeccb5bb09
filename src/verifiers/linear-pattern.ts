import { RE2JS, RE2JSException } from "re2js";
import { OptionError, show } from "../errors.ts";

/** Characters of a pattern. */
const LONGEST_PATTERN = 1000;

/** A regular expression that is searched in time linear in the text (RE2's engine): no text can make it hang. */
export interface LinearPattern {
  /** Whether it is found anywhere in a text. */
  test(text: string): boolean;
  /** Whether it is all of a text. */
  matches(text: string): boolean;
}

/** @throws OptionError for a pattern that is too long or that RE2 doesn't take (back references, look-around) */
export function linearPattern(pattern: string, ignoreCase: boolean = false): LinearPattern {
  if (pattern.length > LONGEST_PATTERN)
    throw new OptionError(
      `Expected a pattern of at most ${LONGEST_PATTERN} characters, got ${pattern.length}; shorten it.`,
    );
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return { test: (text) => compiled.matcher(text).find(), matches: (text) => compiled.matches(text) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new OptionError(
      `Expected a pattern in RE2's syntax, which has no back references and no look-around, got ${show(pattern)}: ${error.message}.`,
      { cause: error },
    );
  }
}
