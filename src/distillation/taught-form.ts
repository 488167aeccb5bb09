import { boxesOf, extractor, type Box } from "../verifiers/index.ts";

/** Marks of thinking in models' own words, at the beginning of a text: between them it stands. */
const MARKS: readonly (readonly [open: RegExp, close: RegExp])[] = [
  [/^<(?:think|thinking|thoughts?|reasoning|seed:think)>/i, /<\/(?:think|thinking|thoughts?|reasoning|seed:think)>/gi],
  [/^\[THINK\]/, /\[\/THINK\]/g],
  [/^◁think▷/, /◁\/think▷/g],
  [/^<\|begin_of_thought\|>/, /<\|end_of_thought\|>/g],
  [/^<\|START_THINKING\|>/, /<\|END_THINKING\|>/g],
  [
    /^(?:<\|start\|>assistant)?<\|channel\|>analysis<\|message\|>/,
    /<\|end\|>\s*(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>/g,
  ],
];

/** What such models frame their answer with. */
const FRAMES = /<\|(?:begin_of_solution|end_of_solution|START_RESPONSE|END_RESPONSE|return|end|im_end)\|>/g;

/** What the answer stands behind, to the end of its line. */
const MARKER = /\banswer\b\**\s*(?:is|:|=)\s*[:*]*\s*/gi;

/** Characters of an answer that stands in words. */
const LONGEST_ANSWER = 200;
const MOST_ANSWERS = 1000;

/**
 * What a teacher wrote, in the form that is learnt: thinking between tags, then the answer between its own. R1 and its
 * like begin inside of the thinking where their prompt has opened it, and put the answer in a box; others have marks of
 * their own, `####`, or words ("The answer is 7."). Whether it is right is not looked at. Anything else stays as it is,
 * and several different answers do.
 *
 * @param answerForm where the task looks for the answer: elsewhere than in its tags it is left where it is
 */
export function taughtForm(text: string, answerForm: string = "answer-tag"): string {
  const parts = inTwo(text);
  if (parts === null) return text;
  const opened = `<think>${parts[0]}</think>`;
  const rest = parts[1].replace(FRAMES, "");
  if (answerForm !== "answer-tag") return opened + rest;
  const tagged = answersInTags(rest);
  const answer = unwrapped(tagged.length > 0 ? only(tagged) : answerOf(rest.trim()));
  const isInForm = rest.includes("<answer>") && tagged[0] === answer;
  return answer === null || isInForm ? opened + rest : `${opened} <answer> ${answer} </answer>`;
}

/** The thinking, and what follows it; null where none is closed. */
function inTwo(text: string): readonly [thinking: string, rest: string] | null {
  const start = text.trimStart();
  for (const [open, close] of MARKS) {
    const [mark] = open.exec(start) ?? [];
    const end = mark === undefined ? undefined : [...start.matchAll(close)].at(-1);
    if (end !== undefined) return [start.slice(mark!.length, end.index), start.slice(end.index + end[0].length)];
  }
  const end = text.lastIndexOf("</think>");
  if (end < 0) return null;
  // A prompt opened it, or something stands before it.
  return text.includes("<think>") ? null : [text.slice(0, end), text.slice(end + "</think>".length)];
}

/** What stands between the tags of answers, in whatever case. */
function answersInTags(rest: string): string[] {
  const parts = rest.split(/<answer>/i, MOST_ANSWERS).slice(1);
  return parts.flatMap((part) => {
    const end = part.search(/<\/answer>/i);
    return end < 0 ? [] : [part.slice(0, end).trim()];
  });
}

/** The answer of a text without tags; null where there is none, or several. */
function answerOf(rest: string): string | null {
  if (/<\/?answer>/i.test(rest)) return null;
  const boxes = boxesOf(rest).filter((box) => isClosed(rest, box));
  if (boxes.length > 0) return only(boxes.map(({ content }) => content));
  if (/\\f?boxed|####/.test(rest)) return extractor("hashes").extract(rest).answer;
  const marked = [...rest.matchAll(MARKER)].map(({ index, 0: mark }) => plain(lineAt(rest, index + mark.length)));
  if (marked.length > 0) return only(marked);
  return rest.length <= LONGEST_ANSWER && !rest.includes("\n") ? plain(rest) : null;
}

/** What isn't closed has all of the text behind it, without a brace at the end. */
function isClosed(text: string, { end, content }: Box): boolean {
  return text.slice(0, end - 1).endsWith(content) && text[end - 1] === "}";
}

function only(answers: readonly string[]): string | null {
  const different = new Set(answers.map((answer) => answer.trim()));
  const [answer = ""] = different;
  return different.size > 1 || answer === "" || answer.length > LONGEST_ANSWER ? null : answer;
}

function lineAt(text: string, from: number): string {
  return text.slice(from).split("\n", 1)[0]!;
}

/** Without Markdown's bold marks and what ends a sentence. */
function plain(text: string): string {
  return text.replaceAll("**", "").trim().replace(/[.!]$/, "");
}

/** An answer without what only frames it: a box, signs of a formula, a text in it. */
function unwrapped(answer: string | null): string | null {
  if (answer === null) return null;
  const [box] = boxesOf(answer);
  const inner = box !== undefined && box.start === 0 && box.end === answer.length ? box.content.trim() : answer;
  const formula = /^(?:\$([^$]+)\$|\\\(([^\\]+)\\\)|\\(?:text|mathrm|mathbf|textbf)\{([^{}]*)\})$/.exec(inner);
  return formula === null ? inner : (formula[1] ?? formula[2] ?? formula[3] ?? "").trim();
}
