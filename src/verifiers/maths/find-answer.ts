import { boxesOf, jointBetween } from "./boxes.ts";
import { plainSigns } from "./commands.ts";
import { LONGEST_ANSWER, LONGEST_TEXT } from "./limits.ts";

/** Where an answer stands in a text: its parts, which are one answer together. */
export interface AnswerPlace {
  readonly parts: readonly string[];
  /** It may be an answer in words; else only mathematics counts. */
  readonly words: boolean;
}

/** What was found in a text: places to read in turn, of which the first that can be read is the answer. */
export interface Found {
  readonly candidates: readonly AnswerPlace[];
  /** Why there is none. */
  readonly reason: string | null;
}

/** What a conclusion begins with. */
const CONNECTIVE =
  /^(?:(?:therefore|thus|hence|so|then|finally|consequently|we (?:get|have|find|obtain|conclude))\b[\s,:]*(?:that\b)?\s*)+/i;

/** Characters at the end of a text in which sentences are looked at. */
const TAIL = 3000;
const SPAN = /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|(?<!\\)\$([^$\n]+?)(?<!\\)\$/g;
const SPECIAL = /<\|[a-zA-Z_]{1,30}\|>|<\/s>/;
const MARKER = /\banswer\b[^\n.]{0,60}?(?:\bis\b|:|=)\s*:?\s*|####\s*/gi;
const COPULA = /(?:\b(?:is|are|equals?|be|it's|that's)|:)\s+(?=\S)/gi;

/**
 * Finds the answer in a text, in this order: in boxes, after `####`, the whole text, behind "the answer is", at the end
 * of a statement ("so the number is 12"), in the only formula of the last sentence that has one. No number is ever cut
 * from running text.
 *
 * @param trusted a gold: boxes side by side are one answer; in a model's text they are several answers
 */
export function findAnswer(given: string, trusted: boolean): Found {
  if (given.length > LONGEST_TEXT) return none(`longer than ${LONGEST_TEXT} characters`);
  const thought = given.includes("</think>") ? given.slice(given.lastIndexOf("</think>") + 8) : given;
  if (!given.includes("</think>") && thought.trimStart().startsWith("<think>"))
    return none("the thinking is not closed");
  const tagged = answerTag(thought);
  if (tagged === null) return none("several different answers");
  const text = cutAtSpecial(tagged);
  const boxed = inBoxes(text, trusted);
  if (boxed !== null) return boxed;
  const whole = text.trim();
  if (whole === "") return none("no answer");
  const tail = plain(whole.slice(-TAIL));
  const candidates = marked(tail);
  if (candidates.length === 0) {
    if (whole.length <= LONGEST_ANSWER) candidates.push({ parts: [plain(whole)], words: true });
    candidates.push(...inSentences(tail));
  }
  if (candidates.length === 0) return none(`longer than ${LONGEST_ANSWER} characters`);
  return { candidates, reason: null };
}

function none(reason: string): Found {
  return { candidates: [], reason };
}

/** What stands in <answer>; the whole text without one, null where several differ. */
function answerTag(text: string): string | null {
  const found = text
    .split("<answer>")
    .slice(1, 100)
    .map((part) => part.split("</answer>")[0]!.trim());
  if (found.length === 0) return text;
  return new Set(found).size === 1 ? found[0]! : null;
}

function cutAtSpecial(text: string): string {
  const at = text.slice(1).search(SPECIAL);
  return at < 0 ? text : text.slice(0, at + 1);
}

/** Without Markdown's bold marks. */
function plain(text: string): string {
  return text.includes("**") ? text.replace(/(^|[\s:])\*\*([^*]+)\*\*(?=$|[\s.,:!])/g, "$1$2") : text;
}

/** The last boxes that are joined; null where there is no box. */
function inBoxes(text: string, trusted: boolean): Found | null {
  const boxes = boxesOf(text);
  const last = boxes.at(-1);
  if (last === undefined) return null;
  const parts = [last.content];
  for (let index = boxes.length - 2; index >= 0; index--) {
    const joint = jointBetween(text.slice(boxes[index]!.end, boxes[index + 1]!.start));
    if (joint === "words") break;
    const same = boxes[index]!.content.trim() === parts[0]!.trim();
    if (joint === "none" && same) continue;
    if (joint === "none" && !trusted) return none("several different answers");
    parts.unshift(boxes[index]!.content);
  }
  if (parts.some((part) => part.length > LONGEST_ANSWER)) return none(`longer than ${LONGEST_ANSWER} characters`);
  if (parts.every((part) => part.trim() === "")) return none("an empty box");
  return { candidates: [{ parts: parts.map(plain), words: true }], reason: null };
}

function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=[A-Z*#]|$)|\n\s*\n/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "" && !/^i hope (it|this) is correct\W*$/i.test(sentence));
}

/** What stands behind "the answer is": it counts alone. */
function marked(text: string): AnswerPlace[] {
  const marker = [...text.matchAll(MARKER)].at(-1);
  if (marker === undefined) return [];
  const sentence = sentencesOf(text.slice(marker.index + marker[0].length))[0];
  if (sentence === undefined) return [];
  const formula = [...sentence.matchAll(SPAN)].find(({ index }) => index === 0);
  const first = formula === undefined ? [] : [{ parts: [insideOf(formula)], words: true }];
  return [{ parts: [sentence], words: sentence.length <= 60 }, ...first, ...inSentence(sentence)];
}

function inSentences(text: string): AnswerPlace[] {
  const sentences = sentencesOf(text);
  const last = sentences.at(-1);
  const candidates = last === undefined ? [] : inSentence(last);
  const withFormula = sentences.findLast((sentence) => sentence.search(SPAN) >= 0);
  return withFormula === undefined || withFormula === last ? candidates : [...candidates, ...formulaOf(withFormula)];
}

/** What a sentence states at its end, or its only formula. */
function inSentence(sentence: string): AnswerPlace[] {
  const copula = [...sentence.matchAll(COPULA)].at(-1);
  const stated =
    copula === undefined ? [] : [{ parts: [plain(sentence.slice(copula.index + copula[0].length))], words: false }];
  const bare = sentence.replace(CONNECTIVE, "");
  const claimed = bare === sentence ? [] : [{ parts: [plain(bare)], words: false }];
  return [...claimed, ...stated, ...formulaOf(sentence)];
}

function insideOf(match: RegExpMatchArray): string {
  return match.slice(1).find((part) => part !== undefined) ?? "";
}

function formulaOf(sentence: string): AnswerPlace[] {
  const spans = [...sentence.matchAll(SPAN)].map(insideOf);
  return spans.length === 1 ? [{ parts: spans, words: true }] : [];
}

/** A text without what only changes its look, so that the same answer is the same text. */
export function cleanedText(text: string): string {
  const bare = plainSigns(text)
    .replace(/\\(?:left|right|displaystyle|quad|qquad|boxed)(?![a-zA-Z])|\\[,;:! ]|[$~]|\\[()[\]]/g, " ")
    .replace(/\\(?:text|mbox|mathrm|textbf|textit)\s*\{([^{}]*)\}/g, "$1")
    .replace(/\\[dt]frac/g, "\\frac")
    // Two numbers side by side are not one.
    .replace(/(?<!\d)\s+|\s+(?!\d|\s)/g, "")
    .replace(/[.,;]+$/, "");
  // Words have no case; names (AB) do.
  const isWord = /^(?:\p{L}{3,})$/u.test(bare) && bare !== bare.toUpperCase();
  return isWord || /^(?:yes|no|true|false)$/i.test(bare) ? bare.toLowerCase() : bare;
}
