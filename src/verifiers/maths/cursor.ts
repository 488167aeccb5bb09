import { DEEPEST, Unreadable } from "./limits.ts";
import type { Token, TokenKind } from "./tokens.ts";

/** A place in a row of tokens. */
export class Cursor {
  protected at = 0;
  private depth = 0;

  constructor(protected readonly tokens: Token[]) {}

  protected peek(ahead: number = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  protected is(kind: TokenKind, text?: string, ahead: number = 0): boolean {
    const token = this.peek(ahead);
    return token !== undefined && token.kind === kind && (text === undefined || token.text === text);
  }

  protected isSign(text: string, ahead: number = 0): boolean {
    return this.is("sign", text, ahead);
  }

  /** Goes past a sign where it stands there. */
  protected skip(text: string): boolean {
    if (!this.isSign(text)) return false;
    this.at++;
    return true;
  }

  protected take(): Token {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Unreadable("it ends too early");
    this.at++;
    return token;
  }

  protected expect(...signs: readonly string[]): string {
    const token = this.peek();
    // What is open at the end was cut off: it is closed there.
    if (token === undefined && signs.includes("}")) return "}";
    if (token === undefined || token.kind !== "sign" || !signs.includes(token.text))
      throw new Unreadable(
        `${signs[0]} is missing${token === undefined ? "" : ` before ${JSON.stringify(token.text)}`}`,
      );
    this.at++;
    return token.text;
  }

  protected fail(): never {
    const token = this.peek();
    throw new Unreadable(
      token === undefined ? "it ends too early" : `${JSON.stringify(token.text)} can't be read there`,
    );
  }

  protected nest<T>(read: () => T): T {
    if (++this.depth > DEEPEST) throw new Unreadable(`nested deeper than ${DEEPEST}`);
    const value = read();
    this.depth--;
    return value;
  }
}
