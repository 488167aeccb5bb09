import { OptionError } from "../errors.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { Problem } from "../tasks/index.ts";

/**
 * Tokens that the longest of some prompts leaves for a completion, at least 1.
 *
 * @throws OptionError where a prompt fills the model's context
 */
export function promptRoom(
  { config, tokenizer }: Pick<Checkpoint, "config" | "tokenizer">,
  template: PromptTemplate,
  problems: readonly Problem[],
): number {
  const longest = problems.reduce((most, problem) => Math.max(most, tokenizer.encode(template(problem)).length), 0);
  if (longest < config.maxPositions) return config.maxPositions - longest;
  throw new OptionError(
    `Expected prompts that fit the model's ${config.maxPositions} positions and leave room for a completion, got one of ${longest} tokens; use another template, a task with shorter questions, or a model with a longer context.`,
  );
}
