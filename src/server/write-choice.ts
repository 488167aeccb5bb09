import type { Policy } from "../policy/policy.ts";
import type { DrawingOptions } from "../policy/sampling/sampling-request.ts";
import { randomKey, splitKey, type RandomKey } from "../random.ts";
import { ChoiceText, type ChoicePiece, type ChoiceTextOptions } from "./choice-text.ts";

/** What is to be written. */
export interface ChoiceOrder {
  readonly prompt: readonly number[];
  readonly key: RandomKey;
  readonly drawing: DrawingOptions;
  readonly text: ChoiceTextOptions;
}

/** How a choice ended. */
export interface ChoiceEnd {
  readonly finish: "stop" | "length";
  readonly tokens: number;
  /** Those of its thinking, where it is told apart. */
  readonly reasoningTokens: number;
}

/** A request's draws depend on its seed and on which of its choices it is, and on nothing else. */
export function choiceKey(seed: number, choice: number): RandomKey {
  return splitKey(splitKey(randomKey(seed), "serve"), choice);
}

/**
 * Writes one choice, and gives its text as it is written.
 *
 * @param signal the client has left
 * @throws what the signal was aborted with
 */
export async function writeChoice(
  policy: Policy,
  { prompt, key, drawing, text: options }: ChoiceOrder,
  onPiece: (piece: ChoicePiece) => void,
  signal: AbortSignal,
): Promise<ChoiceEnd> {
  signal.throwIfAborted();
  const text = new ChoiceText(options);
  const ending = new AbortController();
  const leave = (): void => ending.abort();
  signal.addEventListener("abort", leave);
  let failure: { readonly reason: unknown } | undefined;
  const onToken = (token: number, from: Parameters<ChoiceText["push"]>[1]): void => {
    if (ending.signal.aborted) return;
    try {
      give(text.push(token, from));
    } catch (reason) {
      failure = { reason };
    }
    if (text.stopped || failure !== undefined) ending.abort();
  };
  const give = (piece: ChoicePiece): void => {
    if (piece.content !== "" || piece.thinking !== "" || piece.logprobs.length > 0) onPiece(piece);
  };
  try {
    const [[completion] = []] = await policy.write([{ prompt, keys: [key] }], drawing, {
      onToken: (token, _request, _sample, from) => onToken(token, from),
      signal: ending.signal,
    });
    if (failure !== undefined) throw failure.reason;
    signal.throwIfAborted();
    give(text.end());
    const finish = text.stopped || completion!.stop === "end" ? "stop" : "length";
    return { finish, tokens: text.tokens, reasoningTokens: text.reasoningTokens };
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
