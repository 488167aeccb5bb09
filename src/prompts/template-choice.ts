import { OptionError, show } from "../errors.ts";
import { readTemplate } from "./read-template.ts";

/** Ways to ask that have a name; any other is a text of one's own with `{question}` in it. */
export const TEMPLATE_NAMES: readonly string[] = ["compact", "r1-zero", "chat"];

/**
 * Checks which template is asked for: a name, the text of one's own, or nothing for the one that fits the model.
 *
 * @throws OptionError naming the names, or what a text lacks
 */
export function checkTemplateChoice(choice: string): string {
  if (choice === "" || TEMPLATE_NAMES.includes(choice)) return choice;
  if (typeof choice !== "string" || !choice.includes("{question}"))
    throw new OptionError(
      `Expected \`template\` to be one of ${TEMPLATE_NAMES.join(", ")}, or a text with {question}, got ${show(choice)}.`,
    );
  readTemplate(choice, show(choice));
  return choice;
}
