import { OptionError, show } from "../errors.ts";
import { resolveGroup } from "../options/index.ts";
import { unverifiable, RIGHT, wrong, type AnswerVerifier } from "./answer-verifier.ts";
import { REGEX, type RegexOptions } from "./verifier-options.ts";
import { linearPattern, type LinearPattern } from "./linear-pattern.ts";

/** Characters of an answer that a pattern is tried on. */
const LONGEST = 100_000;
const KEPT = 64;

/**
 * Right when the answer matches the gold, a regular expression in RE2's syntax. It takes time linear in the answer,
 * whatever the pattern: neither data nor answers can make it hang.
 */
export function regexVerifier(options: RegexOptions = {}): AnswerVerifier {
  const { anywhere, ignoreCase } = resolveGroup(REGEX, options);
  const patterns = new Map<string, LinearPattern | string>();
  const patternOf = (gold: string): LinearPattern | string => {
    const known = patterns.get(gold);
    if (known !== undefined) return known;
    if (patterns.size >= KEPT) patterns.clear();
    const compiled = compile(gold, ignoreCase);
    patterns.set(gold, compiled);
    return compiled;
  };
  return {
    kind: "regex",
    verify(gold, answer) {
      const pattern = patternOf(gold);
      if (typeof pattern === "string") return unverifiable(pattern);
      if (answer.length > LONGEST) return unverifiable(`longer than ${LONGEST} characters`);
      const text = answer.trim();
      return (anywhere ? pattern.test(text) : pattern.matches(text)) ? RIGHT : wrong(`${show(text)} doesn't match`);
    },
    checkGold(gold) {
      const pattern = patternOf(gold);
      return typeof pattern === "string" ? pattern : null;
    },
    answerKey: (answer) => answer.trim(),
  };
}

function compile(gold: string, ignoreCase: boolean): LinearPattern | string {
  if (gold === "") return "the gold is empty";
  try {
    return linearPattern(gold, ignoreCase);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
}
