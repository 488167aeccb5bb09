import type { DrawnFrom } from "../policy/sampling/sampling-request.ts";
import { ThinkingStream, type CompletionPart } from "../prompts/index.ts";
import { StreamingDecoder } from "../tokenizer/streaming-decoder.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { StopTexts } from "./stop-texts.ts";

/** A token's text with its log-probability. */
export interface ToldToken {
  readonly text: string;
  readonly logprob: number;
}

/** A written token with those that were likeliest in its place. */
export interface ToldLogprob extends ToldToken {
  /** Characters before it in the text. */
  readonly at: number;
  readonly likeliest: readonly ToldToken[];
}

/** What has been added to a choice. */
export interface ChoicePiece {
  readonly content: string;
  readonly thinking: string;
  /** Of the tokens that it was made of, where they are told. */
  readonly logprobs: readonly ToldLogprob[];
}

export interface ChoiceTextOptions {
  readonly tokenizer: Tokenizer;
  readonly endTokens: ReadonlySet<number>;
  readonly stops: readonly string[];
  /** How thinking and answer are told apart; `raw` where the text is given as it is written. */
  readonly thinking: "raw" | "apart" | "opened by the prompt";
  readonly tellsLogprobs: boolean;
}

/** Makes the text of a choice from its tokens. */
export class ChoiceText {
  /** Tokens of it, with the one that ended it. */
  tokens = 0;
  /** Tokens of its thinking, with the tags around it, where it is told apart. */
  reasoningTokens = 0;
  private readonly decoder: StreamingDecoder;
  private readonly stops: StopTexts;
  private readonly thinking: ThinkingStream | null;
  /** The same of all that is written, also of what is held back as the possible beginning of a stop text. */
  private readonly reasoning: ThinkingStream | null;
  private written = 0;
  private shown = 0;
  private lastKind: CompletionPart["kind"] | undefined;
  private hasContent = false;
  private previous: number | undefined;
  private logprobs: ToldLogprob[] = [];

  constructor(private readonly options: ChoiceTextOptions) {
    this.decoder = new StreamingDecoder(options.tokenizer);
    this.stops = new StopTexts(options.stops);
    const stream = (): ThinkingStream | null =>
      options.thinking === "raw" ? null : new ThinkingStream(options.thinking !== "apart");
    this.thinking = stream();
    this.reasoning = stream();
  }

  /** Whether a stop text has ended it. */
  get stopped(): boolean {
    return this.stops.found;
  }

  push(token: number, from: DrawnFrom): ChoicePiece {
    this.tokens++;
    if (this.options.endTokens.has(token)) return NOTHING;
    const piece = this.decoder.push(token);
    if (this.options.tellsLogprobs) this.tell(piece, token, from);
    this.count(piece);
    this.written += piece.length;
    this.previous = token;
    return this.show(this.stops.push(piece), false);
  }

  /** What was held back until now. */
  end(): ChoicePiece {
    return this.show(this.stops.push(this.decoder.end()) + this.stops.end(), true);
  }

  private count(piece: string): void {
    if (this.reasoning === null) return;
    const wasThinking = this.reasoning.isThinking;
    this.reasoning.push(piece);
    if (wasThinking || this.reasoning.isThinking) this.reasoningTokens++;
  }

  private tell(text: string, token: number, { logprob, likeliest }: DrawnFrom): void {
    const told = likeliest.map((chance) => ({
      text: chance.token === token ? text : this.textAfter(chance.token),
      logprob: chance.logprob,
    }));
    this.logprobs.push({ text, logprob, at: this.written, likeliest: told });
  }

  /** What a token would have added. */
  private textAfter(token: number): string {
    const { tokenizer } = this.options;
    if (this.previous === undefined) return tokenizer.decode([token]);
    const before = tokenizer.decode([this.previous]);
    const both = tokenizer.decode([this.previous, token]);
    return both.startsWith(before) ? both.slice(before.length) : tokenizer.decode([token]);
  }

  private show(text: string, isLast: boolean): ChoicePiece {
    this.shown += text.length;
    const whole = isLast && !this.stopped;
    const ready = this.logprobs.filter(({ at }) => whole || at < this.shown);
    this.logprobs = this.logprobs.slice(ready.length);
    if (this.thinking === null) return { content: text, thinking: "", logprobs: ready };
    const parts = [...this.thinking.push(text), ...(isLast ? this.thinking.end() : [])];
    let [content, thinking] = ["", ""];
    for (const part of parts) {
      if (part.kind === "thinking") thinking += part.text;
      else content += this.between(part.kind) + part.text;
      this.lastKind = part.kind;
    }
    this.hasContent ||= content !== "";
    return { content, thinking, logprobs: ready };
  }

  /** Tags go, with the white space around them: what stood on both sides of one is not to run together. */
  private between(kind: CompletionPart["kind"]): string {
    return this.hasContent && kind !== this.lastKind ? "\n" : "";
  }
}

const NOTHING: ChoicePiece = { content: "", thinking: "", logprobs: [] };
