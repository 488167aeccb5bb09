import type { Tokenizer } from "./tokenizer.ts";

/** Tokens of which the text is decoded anew at each token; when there are more, all but the last few are let go. */
const LONGEST_WINDOW = 64;
const KEPT = 16;
/** Cleaning up takes a space out by what follows it within so many characters: the last space of `do n ' t`. */
const CLEANED_WITHIN = 8;

/**
 * Decodes tokens as they come. A character whose bytes are in several tokens is held back until it is whole, and so is a
 * space that the tokenizer's clean-up may still take out: all pieces joined are what `decode` gives for all tokens.
 */
export class StreamingDecoder {
  private readonly cleansUp: boolean;
  private window: number[] = [];
  /** Characters of the window's text that have been given. */
  private given = 0;

  constructor(private readonly tokenizer: Tokenizer) {
    this.cleansUp = tokenizer.config["clean_up_tokenization_spaces"] === true;
  }

  /** The text that is certain now and wasn't before; often empty. */
  push(id: number): string {
    if (this.tokenizer.idToToken(id) === undefined) return "";
    this.window.push(id);
    const text = this.tokenizer.decode(this.window);
    const settled = this.settled(text);
    const piece = text.slice(this.given, settled);
    this.given = Math.max(this.given, settled);
    if (this.window.length > LONGEST_WINDOW && this.given === text.length) {
      this.window = this.window.slice(-KEPT);
      this.given = this.tokenizer.decode(this.window).length;
    }
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
    if (!this.cleansUp) return whole;
    const space = text.indexOf(" ", Math.max(0, text.length - CLEANED_WITHIN));
    return space < 0 ? whole : Math.min(whole, space);
  }
}
