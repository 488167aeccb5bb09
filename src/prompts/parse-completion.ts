import type { ParsedCompletion } from "../records/parsed-completion.ts";

/**
 * Reads a completion strictly: tags that come twice, in another order or inside each other give no answer, so that
 * nothing ambiguous is ever right. One pass, whatever the text. R1-Zero's format, arXiv:2501.12948, table 1.
 *
 * @param prompt what stands before the completion: where it ends with <think>, the completion begins inside the
 *   thinking
 */
export function parseCompletion(completion: string, prompt: string = ""): ParsedCompletion {
  const text = opensThinking(prompt) ? `<think>${completion}` : completion;
  const [thinkOpen, thinkClose, answerOpen, answerClose] = ["<think>", "</think>", "<answer>", "</answer>"].map((tag) =>
    place(text, tag),
  ) as [Place, Place, Place, Place];
  const thinking =
    thinkOpen.at < 0
      ? null
      : text.slice(thinkOpen.end, thinkClose.at > thinkOpen.at ? thinkClose.at : undefined).trim();
  const without = (reason: string): ParsedCompletion => ({ thinking, answer: null, wellFormed: false, reason });
  if ([thinkOpen, thinkClose, answerOpen, answerClose].some((tag) => tag.repeated))
    return without("a tag comes more than once");
  if (answerOpen.at < 0) return without("no <answer>");
  if (answerClose.at < answerOpen.at) return without("the answer is not closed");
  if (thinkOpen.at >= 0 !== thinkClose.at >= 0 || thinkClose.at < thinkOpen.at)
    return without("the thinking is not closed");
  if (thinkClose.at > answerOpen.at) return without("the answer stands inside or before the thinking");
  const answer = text.slice(answerOpen.end, answerClose.at).trim();
  const outside =
    text.slice(0, Math.max(0, thinkOpen.at)) +
    text.slice(Math.max(0, thinkClose.end), answerOpen.at) +
    text.slice(answerClose.end);
  return { thinking, answer, wellFormed: thinkOpen.at >= 0 && outside.trim() === "", reason: null };
}

/** Whether a prompt leaves the thinking open, as the chat templates of models that always think do. */
export function opensThinking(prompt: string): boolean {
  return prompt.trimEnd().endsWith("<think>");
}

/**
 * A completion that was written elsewhere, as what follows a prompt: where that has opened the thinking, its own
 * opening goes.
 */
export function completionAfter(prompt: string, text: string): string {
  return opensThinking(prompt) ? text.replace(/^\s*<think>/, "") : text;
}

interface Place {
  readonly at: number;
  readonly end: number;
  readonly repeated: boolean;
}

function place(text: string, tag: string): Place {
  const at = text.indexOf(tag);
  const end = at < 0 ? -1 : at + tag.length;
  return { at, end, repeated: at >= 0 && text.indexOf(tag, end) >= 0 };
}
