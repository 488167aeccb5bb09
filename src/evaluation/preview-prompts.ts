import { isSpecialToken, tokenPiece } from "../tokenizer/token-piece.ts";
import { loadTask } from "../tasks/index.ts";
import { COMMON } from "../options/index.ts";
import { chooseProblems } from "./evaluate-model.ts";
import { openModel } from "./open-model.ts";
import { resolvePreviewOptions, type PreviewOptions } from "./preview-options.ts";

export interface PreviewedToken {
  readonly id: number;
  /** Its text, or its bytes as `\xE2\x82` where they are a part of a character. */
  readonly piece: string;
  readonly special: boolean;
}

export interface PreviewedPrompt {
  readonly problem: string;
  readonly text: string;
  readonly tokens: readonly PreviewedToken[];
  /** Tokens that the model's context leaves for a completion; below 1 where the prompt is too long. */
  readonly room: number;
}

export interface Preview {
  /** `compact`, `r1-zero`, `chat`, or a text of one's own. */
  readonly template: string;
  readonly task: string;
  readonly prompts: readonly PreviewedPrompt[];
}

/** The very prompts that training and evaluation would give a model, with their tokens. */
export async function previewPrompts(options: PreviewOptions): Promise<Preview> {
  const asked = resolvePreviewOptions(options);
  const opened = await openModel(options.model, asked.template, asked.task);
  const task = await loadTask(opened.task ?? COMMON.task.fallback);
  const { tokenizer, config } = opened.checkpoint;
  const prompts = chooseProblems(task, asked).map((problem): PreviewedPrompt => {
    const text = opened.template(problem);
    const ids = tokenizer.encode(text);
    return {
      problem: problem.id,
      text,
      tokens: ids.map((id) => ({ id, piece: tokenPiece(tokenizer, id) ?? "", special: isSpecialToken(tokenizer, id) })),
      room: config.maxPositions - ids.length,
    };
  });
  return { template: opened.templateName, task: task.name, prompts };
}
