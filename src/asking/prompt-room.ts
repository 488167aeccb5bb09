import { OptionError, show, TokenizerError } from "../errors.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { Problem } from "../records/problem.ts";

type Model = Pick<Checkpoint, "tokenizer"> & { readonly config: Pick<Checkpoint["config"], "maxPositions"> };

/** Prompts as a model reads them. */
export interface MeasuredPrompts {
  /** Tokens of the longest that fits; 0 where there is none. */
  readonly longest: number;
  /** Problems whose prompts leave no room for a completion. */
  readonly tooLong: readonly { readonly problem: Problem; readonly tokens: number }[];
}

/**
 * Lengths of the prompts of problems.
 *
 * @param completion tokens that a prompt must leave; at least 1
 * @throws TokenizerError naming the problem whose prompt the tokenizer can't read
 */
export function measurePrompts(
  { config, tokenizer }: Model,
  template: PromptTemplate,
  problems: readonly Problem[],
  completion: number = 1,
): MeasuredPrompts {
  let longest = 0;
  const tooLong: { problem: Problem; tokens: number }[] = [];
  for (const problem of problems) {
    const tokens = promptLength(tokenizer, template, problem);
    if (tokens + completion > config.maxPositions) tooLong.push({ problem, tokens });
    else longest = Math.max(longest, tokens);
  }
  return { longest, tooLong };
}

/**
 * Tokens that the longest of some prompts leaves for a completion, at least 1.
 *
 * @throws OptionError where a prompt fills the model's context
 */
export function promptRoom(model: Model, template: PromptTemplate, problems: readonly Problem[]): number {
  const { longest, tooLong } = measurePrompts(model, template, problems);
  if (tooLong.length > 0) throw tooLongError(model, tooLong, problems.length);
  return model.config.maxPositions - longest;
}

/**
 * Problems whose prompts leave room for a completion, where those that don't may be left out; else all of them.
 *
 * @throws OptionError where none is left
 */
export function fittingProblems(
  model: Model,
  template: PromptTemplate,
  problems: readonly Problem[],
  { dropLong, completion }: { readonly dropLong: boolean; readonly completion: number },
): readonly Problem[] {
  if (!dropLong) return problems;
  const { tooLong } = measurePrompts(model, template, problems, completion);
  if (tooLong.length > 0 && tooLong.length === problems.length) throw tooLongError(model, tooLong, problems.length);
  const left = new Set(tooLong.map(({ problem }) => problem));
  return problems.filter((problem) => !left.has(problem));
}

/** The line for prompts that don't fit: how many, and which. */
export function tooLongError(
  { config }: Pick<Model, "config">,
  tooLong: MeasuredPrompts["tooLong"],
  count: number,
): OptionError {
  const { problem, tokens } = tooLong.reduce((most, one) => (one.tokens > most.tokens ? one : most));
  const which = `${tooLong.length} of ${count}, the longest of ${tokens} tokens: ${show(problem.id)}`;
  return new OptionError(
    `Expected prompts that fit the model's ${config.maxPositions} positions and leave room for a completion, got longer ones (${which}); leave them out with \`dropLong\`, or use another template, shorter questions, or a model with a longer context.`,
  );
}

function promptLength(tokenizer: Checkpoint["tokenizer"], template: PromptTemplate, problem: Problem): number {
  try {
    return tokenizer.encode(template(problem)).length;
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new TokenizerError(
      `${error.message} It stands in the prompt of the problem ${show(problem.id)}; a model that reads any text can be named as \`model\`.`,
      {
        cause: error,
      },
    );
  }
}
