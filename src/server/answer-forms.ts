import type { ChoicePiece, ToldLogprob, ToldToken } from "./choice-text.ts";
import type { ChoiceEnd } from "./write-choice.ts";

/** A choice as it stands at its end. */
export interface WholeChoice extends ChoicePiece {
  readonly finish: ChoiceEnd["finish"];
}

/** How one kind of request is answered: its choices as JSON. */
export interface AnswerForm {
  /** Of ids. */
  readonly prefix: string;
  /** What `object` says. */
  readonly object: { readonly whole: string; readonly chunk: string };
  /** Whether its usage says how many tokens were thinking. */
  readonly tellsReasoning: boolean;
  /** What a stream says before a choice's first piece; undefined for nothing. */
  begin(index: number): object | undefined;
  piece(index: number, piece: ChoicePiece): object;
  end(index: number, finish: ChoiceEnd["finish"]): object;
  whole(index: number, choice: WholeChoice): object;
}

/** Of `/v1/chat/completions`. @param tells log-probabilities */
export function chatForm(tells: boolean): AnswerForm {
  const logprobs = (tokens: readonly ToldLogprob[]): object | null =>
    tells ? { content: tokens.map(chatLogprob), refusal: null } : null;
  return {
    prefix: "chatcmpl",
    object: { whole: "chat.completion", chunk: "chat.completion.chunk" },
    tellsReasoning: true,
    begin: (index) => ({
      index,
      delta: { role: "assistant", content: "" },
      logprobs: null,
      finish_reason: null,
    }),
    piece: (index, { content, thinking, logprobs: tokens }) => ({
      index,
      delta: {
        ...(thinking === "" ? {} : { reasoning_content: thinking }),
        ...(content === "" ? {} : { content }),
      },
      logprobs: logprobs(tokens),
      finish_reason: null,
    }),
    end: (index, finish) => ({ index, delta: {}, logprobs: null, finish_reason: finish }),
    whole: (index, { content, thinking, logprobs: tokens, finish }) => ({
      index,
      message: {
        role: "assistant",
        content,
        ...(thinking === "" ? {} : { reasoning_content: thinking }),
        refusal: null,
      },
      logprobs: logprobs(tokens),
      finish_reason: finish,
    }),
  };
}

/** Of `/v1/completions`. @param tells log-probabilities */
export function completionForm(tells: boolean): AnswerForm {
  const logprobs = (tokens: readonly ToldLogprob[]): object | null => (tells ? completionLogprobs(tokens) : null);
  return {
    prefix: "cmpl",
    object: { whole: "text_completion", chunk: "text_completion" },
    tellsReasoning: false,
    begin: () => undefined,
    piece: (index, { content, logprobs: tokens }) => ({
      index,
      text: content,
      logprobs: logprobs(tokens),
      finish_reason: null,
    }),
    end: (index, finish) => ({ index, text: "", logprobs: null, finish_reason: finish }),
    whole: (index, { content, logprobs: tokens, finish }) => ({
      index,
      text: content,
      logprobs: logprobs(tokens),
      finish_reason: finish,
    }),
  };
}

function chatLogprob(told: ToldLogprob): object {
  return { ...chatToken(told), top_logprobs: told.likeliest.map(chatToken) };
}

function chatToken({ text, logprob }: ToldToken): object {
  return { token: text, logprob, bytes: [...new TextEncoder().encode(text)] };
}

function completionLogprobs(tokens: readonly ToldLogprob[]): object {
  return {
    tokens: tokens.map(({ text }) => text),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ likeliest }) =>
      Object.fromEntries(likeliest.map(({ text, logprob }) => [text, logprob])),
    ),
    text_offset: tokens.map(({ at }) => at),
  };
}
