import { OptionError } from "../errors.ts";
import type { PromptTemplate } from "./prompt-template.ts";

/** What the parser of completions looks for: tags, or a box. */
const TAGS: readonly string[] = ["<think>", "</think>", "<answer>", "</answer>"];
const BOX = "\\boxed{";
const QUESTION = "{question}";

/**
 * A template of one's own from its text: `{question}` is where the problem stands, and the form of the answer must be
 * shown, tags or a box, since no model writes one that it was never told of.
 *
 * @throws OptionError naming what is missing
 */
export function readTemplate(text: string, where: string): PromptTemplate {
  const parts = text.split(QUESTION);
  if (parts.length !== 2)
    throw new OptionError(`Expected the template ${where} to hold ${QUESTION} once, got it ${parts.length - 1} times.`);
  const missing = TAGS.filter((tag) => !text.includes(tag));
  if (missing.length > 0 && !text.includes(BOX))
    throw new OptionError(
      `Expected the template ${where} to show the tags ${TAGS.join(", ")}, or ${BOX}}, where an answer is looked for; ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing.`,
    );
  return ({ question }) => `${parts[0]}${question}${parts[1]}`;
}

/** The text of a file that an editor wrote: newlines alone, without a byte order mark and the last newline. */
export function fileText(text: string): string {
  return text
    .replace(/^\ufeff/, "")
    .replaceAll(/\r\n?/g, "\n")
    .replace(/\n$/, "");
}
