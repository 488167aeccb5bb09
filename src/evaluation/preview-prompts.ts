import { isSpecialToken, tokenPiece } from "../tokenizer/token-piece.ts";
import { chooseProblems } from "./evaluate-model.ts";
import { loadSubject } from "./open-subject.ts";
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
  /** `compact`, `r1-zero`, `chat`, a text of one's own, or `own` for a function. */
  readonly template: string;
  readonly task: string;
  /** What of the task's worked examples the prompts leave out, in a sentence; null where they show all. */
  readonly unshown: string | null;
  readonly prompts: readonly PreviewedPrompt[];
}

/** The very prompts that training and evaluation would give a model, with their tokens. */
export async function previewPrompts(options: PreviewOptions): Promise<Preview> {
  const asked = resolvePreviewOptions(options);
  const { checkpoint, task, template, templateName, unshown } = await loadSubject(options.model, options);
  const { tokenizer, config } = checkpoint;
  const prompts = chooseProblems(task, asked).map((problem): PreviewedPrompt => {
    const text = template(problem);
    const ids = tokenizer.encode(text);
    return {
      problem: problem.id,
      text,
      tokens: ids.map((id) => ({ id, piece: tokenPiece(tokenizer, id) ?? "", special: isSpecialToken(tokenizer, id) })),
      room: config.maxPositions - ids.length,
    };
  });
  return { template: templateName, task: task.name, unshown, prompts };
}
