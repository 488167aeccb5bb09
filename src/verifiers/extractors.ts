import { OptionError, show } from "../errors.ts";
import { boxesOf, jointBetween } from "./maths/boxes.ts";

/** An answer that was taken out of a completion; null with the reason where there is none, or no single one. */
export type Extraction =
  | { readonly answer: string; readonly reason: null }
  | { readonly answer: null; readonly reason: string };

/** Takes the answer out of a completion. It never throws, and what stands in the thinking is never an answer. */
export interface AnswerExtractor {
  readonly name: ExtractorName;
  /** Where the answer stands, in words. */
  readonly where: string;
  extract(completion: string): Extraction;
}

/** Characters of a completion that is looked through. */
const LONGEST = 4_000_000;
const MOST_FOUND = 1000;

const WAYS = {
  "answer-tag": ["in <answer> ... </answer>", inAnswerTag],
  boxed: ["in the last \\boxed{...}, or in several that are joined", inLastBox],
  hashes: ["behind ####, as GSM8K has it", behindHashes],
  json: ["in the only JSON code block, or all of the text", inJsonBlock],
  "after-think": ["all text after the last </think>", whole],
  "last-number": ["the last number of the text; for looking at data, never for a reward", lastNumber],
  whole: ["all of the text", whole],
} as const satisfies Record<string, readonly [where: string, find: (text: string) => Extraction]>;

export type ExtractorName = keyof typeof WAYS;

/** Names of the extractors that there are. */
export const EXTRACTOR_NAMES: readonly ExtractorName[] = Object.keys(WAYS) as ExtractorName[];

/** An extractor by its name. @throws OptionError for one that there isn't */
export function extractor(name: string): AnswerExtractor {
  if (!Object.hasOwn(WAYS, name))
    throw new OptionError(`Expected \`extract\` to be one of ${EXTRACTOR_NAMES.join(", ")}, got ${show(name)}.`);
  const known = name as ExtractorName;
  const [where, find] = WAYS[known];
  return {
    name: known,
    where,
    extract(completion) {
      if (completion.length > LONGEST) return none(`longer than ${LONGEST} characters`);
      const spoken = known === "whole" ? completion : withoutThinking(completion);
      return spoken === null ? none("the thinking is not closed") : find(spoken);
    },
  };
}

function none(reason: string): Extraction {
  return { answer: null, reason };
}

function found(text: string, otherwise: string): Extraction {
  const answer = text.trim();
  return answer === "" ? none(otherwise) : { answer, reason: null };
}

/** What follows the thinking; null where it never ends. */
function withoutThinking(text: string): string | null {
  const close = text.lastIndexOf("</think>");
  const rest = close < 0 ? text : text.slice(close + "</think>".length);
  return rest.includes("<think>") ? null : rest;
}

/** One answer of several that say the same; several different ones are none. */
function single(answers: readonly string[], otherwise: string): Extraction {
  const different = new Set(answers.map((answer) => answer.trim()));
  if (different.size > 1) return none("several different answers");
  return found(answers[0] ?? "", otherwise);
}

function inAnswerTag(text: string): Extraction {
  const parts = text.split("<answer>", MOST_FOUND).slice(1);
  if (parts.some((part) => !part.includes("</answer>"))) return none("the answer is not closed");
  return single(
    parts.map((part) => part.slice(0, part.indexOf("</answer>"))),
    "no <answer>",
  );
}

/** The content of the last box; where boxes are joined by commas or "and", the text from the first to the last. */
function inLastBox(text: string): Extraction {
  const boxes = boxesOf(text);
  let first = boxes.length - 1;
  for (; first > 0; first--) {
    const [one, next] = [boxes[first - 1]!, boxes[first]!];
    const joint = jointBetween(text.slice(one.end, next.start));
    if (joint === "words") break;
    if (joint === "none" && one.content.trim() !== next.content.trim()) return none("several different answers");
  }
  const last = boxes.at(-1);
  if (last === undefined) return none("no \\boxed{}");
  const isOne = boxes.slice(first).every(({ content }) => content.trim() === last.content.trim());
  return found(isOne ? last.content : text.slice(boxes[first]!.start, last.end), "an empty box");
}

function behindHashes(text: string): Extraction {
  const parts = text.split("####", MOST_FOUND).slice(1);
  return single(
    parts.map((part) => part.split("\n", 1)[0]!),
    "no ####",
  );
}

function inJsonBlock(text: string): Extraction {
  const parts = text.split("```", MOST_FOUND);
  if (parts.length === 1) return found(text, "no JSON");
  const blocks = parts
    .filter((_, index) => index % 2 === 1)
    .map((block) => block.replace(/^(?:json5?|jsonc)?[^\S\n]*\n/i, ""));
  return single(blocks, "no JSON");
}

function lastNumber(text: string): Extraction {
  // From the end, where a number of so many digits has its place.
  const numbers = text.slice(-10_000).match(/-?(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?/g);
  return found(numbers?.at(-1) ?? "", "no number");
}

function whole(text: string): Extraction {
  return found(text, "no answer");
}
