import { OptionError } from "../errors.ts";
import type { PromptTemplate } from "./prompt-template.ts";

/** The tags that the parser of completions looks for. */
const TAGS: readonly string[] = ["<think>", "</think>", "<answer>", "</answer>"];
const QUESTION = "{question}";

/**
 * A template of one's own from its text: `{question}` is where the problem stands, and the tags that the parser needs
 * must be shown, since no model writes tags that it was never told of.
 *
 * @throws OptionError naming what is missing
 */
export function readTemplate(text: string, where: string): PromptTemplate {
  const parts = text.split(QUESTION);
  if (parts.length !== 2)
    throw new OptionError(`Expected the template ${where} to hold ${QUESTION} once, got it ${parts.length - 1} times.`);
  const missing = TAGS.filter((tag) => !text.includes(tag));
  if (missing.length > 0)
    throw new OptionError(
      `Expected the template ${where} to show the tags ${TAGS.join(", ")}, which the parser needs; ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing.`,
    );
  return ({ question }) => `${parts[0]}${question}${parts[1]}`;
}
