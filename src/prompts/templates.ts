import { OptionError, show } from "../errors.ts";
import { compactPrompt } from "./compact-template.ts";
import type { PromptTemplate } from "./prompt-template.ts";
import { r1ZeroPrompt } from "./r1-zero-template.ts";

const TEMPLATES: Readonly<Record<string, PromptTemplate>> = { compact: compactPrompt, "r1-zero": r1ZeroPrompt };

/** A template by name. @throws OptionError naming those that there are */
export function findTemplate(name: string): PromptTemplate {
  const template = Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined;
  if (template === undefined)
    throw new OptionError(
      `Expected \`template\` to be one of ${Object.keys(TEMPLATES).join(", ")}, got ${show(name)}.`,
    );
  return template;
}
