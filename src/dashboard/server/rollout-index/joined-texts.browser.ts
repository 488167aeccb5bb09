import { sumOf } from "../../../numbers/sum.ts";

/** All texts in lower case. A run that lies in a page is small enough for one search after the other. */
export class JoinedTexts {
  private texts: string[] = [];

  get rows(): number {
    return this.texts.length;
  }

  /** @param text UTF-8 */
  push(text: Uint8Array): void {
    this.texts.push(new TextDecoder("utf-8", { ignoreBOM: true }).decode(text).toLowerCase());
  }

  /** Bytes that are held, two a character. */
  get bytes(): number {
    return 2 * sumOf(this.texts, (text) => text.length);
  }

  /**
   * Calls `found` for each row from `from` to before `to` whose text holds another one, in order.
   *
   * @param text in any case, not empty
   */
  search(text: string, from: number, to: number, found: (row: number) => void): void {
    const wanted = text.toLowerCase();
    for (let row = from; row < Math.min(to, this.rows); row++) if (this.texts[row]!.includes(wanted)) found(row);
  }

  /** Forgets the rows from one on. */
  truncate(rows: number): void {
    this.texts.length = Math.min(rows, this.rows);
  }
}
