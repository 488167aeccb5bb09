import { plainSigns } from "./commands.ts";
import { cleanedText, findAnswer, type AnswerPlace } from "./find-answer.ts";
import { Unreadable } from "./limits.ts";
import { nodeKey, type MathNode } from "./node.ts";
import { parseMaths } from "./parse.ts";

/** An answer that was found and read; where a text can be read in several ways, all of them. */
export interface ReadAnswer {
  readonly readings: readonly MathNode[];
  /** The text that was read, cleaned. */
  readonly text: string;
  /** As it stands, for words and choices. */
  readonly raw: string;
}

export interface UnreadAnswer {
  readonly reason: string;
  /** There is no answer, or several: not even one that can't be read. */
  readonly absent: boolean;
  /** What would have been read. */
  readonly text: string;
  readonly raw: string;
}

/** Finds the answer in a text and reads it. */
export function readAnswer(given: string, trusted: boolean): ReadAnswer | UnreadAnswer {
  const found = findAnswer(given, trusted);
  if (found.reason !== null)
    return { reason: found.reason, absent: !found.reason.startsWith("longer"), text: "", raw: "" };
  let reason: string | null = null;
  for (const candidate of found.candidates) {
    const outcome = readCandidate(candidate, trusted);
    if (typeof outcome !== "string")
      return { readings: outcome, text: textOf(candidate), raw: candidate.parts.join(", ") };
    reason ??= outcome;
  }
  const [first] = found.candidates;
  return { reason: reason ?? "nothing to read", absent: false, text: textOf(first!), raw: first!.parts.join(", ") };
}

function textOf({ parts }: AnswerPlace): string {
  return parts.map(cleanedText).join(",");
}

/** All readings of a candidate, or why it has none. */
function readCandidate({ parts, words }: AnswerPlace, trusted: boolean): readonly MathNode[] | string {
  const texts = parts.map((part) => plainSigns(part));
  const groups = texts.some((text) => /\d(?:,|\s|\\,)\d{3}/.test(text)) ? [true, false] : [false];
  const letters = texts.some((text) => /\p{L}/u.test(text)) ? [false, true] : [false];
  const readings = new Map<string, MathNode>();
  let reason = "";
  for (const thousands of groups) {
    for (const units of letters) {
      try {
        // 1,000 and 1,05 are no lists: their second part is no number of its own.
        if (!thousands && texts.some((text) => /\d,0\d/.test(text))) throw new Unreadable("a comma within a number");
        const nodes = texts.map((text) => parseMaths(text, { thousands, units, closeLetters: !trusted }));
        const node: MathNode = nodes.length === 1 ? nodes[0]! : { kind: "list", joint: "and", items: nodes };
        if (!words && node.kind === "text") return "only words";
        readings.set(nodeKey(node), node);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        reason ||= error.message;
      }
    }
  }
  return readings.size > 0 ? [...readings.values()] : reason;
}
