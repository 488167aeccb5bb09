import type { Tokenizer } from "./tokenizer.ts";

/** Tokens whose text is decoded anew at each token; when there are more, all but the last few are let go. */
const LONGEST_WINDOW = 64;
const KEPT = 16;
/**
 * The tokenizer's clean-up takes spaces out by what stands within so many characters: both spaces of `n ' t`, by the
 * first and the last letter.
 */
const CLEANED_WITHIN = 8;

/**
 * Decodes tokens as they come. A character whose bytes are in several tokens is held back until it is whole, and so are
 * the last characters where the tokenizer cleans up spaces: all pieces joined are what `decode` gives for all tokens.
 */
export class StreamingDecoder {
  private readonly heldBack: number;
  private window: number[] = [];
  /** Characters of the window's text that have been given. */
  private given = 0;

  constructor(private readonly tokenizer: Tokenizer) {
    this.heldBack = tokenizer.config["clean_up_tokenization_spaces"] === true ? CLEANED_WITHIN : 0;
  }

  /** The text that is certain now and wasn't before; often empty. */
  push(id: number): string {
    if (this.tokenizer.idToToken(id) === undefined) return "";
    this.window.push(id);
    const text = this.tokenizer.decode(this.window);
    const piece = text.slice(this.given, this.settled(text));
    this.given += piece.length;
    if (this.window.length > LONGEST_WINDOW) this.shorten(text);
    return piece;
  }

  /** What was held back; an unfinished character is a replacement character now. The next token begins a new text. */
  end(): string {
    const rest = this.window.length === 0 ? "" : this.tokenizer.decode(this.window).slice(this.given);
    this.window = [];
    this.given = 0;
    return rest;
  }

  /** Characters at the beginning of a text that no later token changes. */
  private settled(text: string): number {
    // Bytes that may become a character are one replacement character (WHATWG Encoding, "utf-8 decoder").
    const whole = text.endsWith("\ufffd") ? text.length - 1 : text.length;
    const settled = Math.max(0, Math.min(whole, text.length - this.heldBack));
    return /[\udc00-\udfff]/.test(text.charAt(settled)) ? settled - 1 : settled;
  }

  /** Goes on from the last few tokens, where their text ends like that of all. */
  private shorten(text: string): void {
    const kept = this.window.slice(-KEPT);
    const keptText = this.tokenizer.decode(kept);
    const waiting = text.length - this.given;
    const needed = waiting + CLEANED_WITHIN;
    if (keptText.length < needed || keptText.slice(-needed) !== text.slice(-needed)) return;
    this.window = kept;
    this.given = keptText.length - waiting;
  }
}
