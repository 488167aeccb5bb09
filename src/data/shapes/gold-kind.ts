import { shareOf } from "../../numbers/share.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import type { GoldKind, ReadProblem } from "./reading.ts";

/** The share of rows that decides; what is over is counted as unreadable where golds are checked. */
const MOST = 0.95;
const NUMBER = /^[-+]?\s?[$€£¥]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[-+]?\d+)?\s?%?$/i;
const MATHS = /\\[a-zA-Z]+|[\^_√π∞≤≥]|^\$.*\$$|\d\s*\/\s*\d|^[-+*/().,=\d\s]*[a-z]?[-+*/().,=\d\s]*$|^[([{].*[)\]}]$/;
/** A sign that only mathematics has: what tells it from a list of numbers. */
const MATHS_ALONE = /\\[a-zA-Z]+|[\^√π∞≤≥]|^\$.*\$$|\d\s*\/\s*\d/;
const OPTIONS = /(?:^|[\s(])\(?A[).:]\s?[^]*[\s(]\(?B[).:]/;

/** Characters of a gold and of a question that are looked at: patterns take more than in proportion to the length. */
const LOOKED_AT = { gold: 500, question: 5000 } as const;

/** Whether a text is one number, perhaps with thousands, a currency or a percent sign. */
export function isNumberText(text: string): boolean {
  return text.length <= LOOKED_AT.gold && /\d/.test(text) && NUMBER.test(text);
}

/** What decides on answers to these questions, by how their golds look. */
export function sniffKind(problems: readonly Pick<ReadProblem, "question" | "gold">[]): GoldKind {
  const share = (passes: (gold: string) => boolean): number => shareOf(problems, ({ gold }) => passes(gold));
  if (share(isNumberText) >= MOST) return "number";
  if (share(isJsonText) >= MOST) return "json";
  const letters = share((gold) => /^\(?[A-H]\)?\.?$/.test(gold));
  if (letters >= MOST && shareOf(problems, ({ question }) => OPTIONS.test(question.slice(-LOOKED_AT.question))) >= MOST)
    return "choice";
  const maths = share((gold) => isNumberText(gold) || (gold.length <= LOOKED_AT.gold && MATHS.test(gold)));
  if (maths >= MOST && share((gold) => MATHS_ALONE.test(gold)) > 0) return "maths";
  return "text";
}

function isJsonText(text: string): boolean {
  return /^[{[]/.test(text) && typeof foreignJson(text).value === "object";
}
