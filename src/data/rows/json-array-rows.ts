import { createReadStream } from "node:fs";
import { OptionError, show } from "../../errors.ts";
import { asciiText } from "../../host/byte-lines.ts";
import { checkPlainFile } from "../../host/check-plain-file.ts";
import { LONGEST_ROW, type FoundRow } from "./data-row.ts";
import { jsonRow, type RowWords } from "./json-row.ts";
import { ListFinder } from "./list-finder.ts";

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d,
];
const WHITE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** What may come next outside of a row. */
type Awaited = "list" | "row or end" | "row" | "comma or end" | "the object's end" | "nothing";

/**
 * The rows of a file that is one JSON list of objects, or an object that holds one (`{"data": [...]}`), each found by
 * its brackets: the list is never in memory as a whole.
 *
 * @throws OptionError where the list itself is broken, or a row has more than 10 MB
 */
export async function* jsonArrayRows(path: string, name: string = path): AsyncGenerator<readonly FoundRow[]> {
  await checkPlainFile(path);
  const rows = new ListRows(name);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Uint8Array>)
    yield rows.take(chunk);
  rows.finish();
}

class ListRows {
  private awaited: Awaited = "list";
  private number = 0;
  /** Bytes before the chunk at hand. */
  private before = 0;
  private start = -1;
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  private depth = 0;
  private inText = false;
  private escaped = false;
  /** Of the object around the list, where there is one. */
  private finder: ListFinder | null = null;
  private readonly words: RowWords;

  constructor(private readonly name: string) {
    this.words = { where: (number) => `row ${number} of ${show(name)}`, advice: "write a list of objects" };
  }

  take(chunk: Uint8Array): FoundRow[] {
    const rows: FoundRow[] = [];
    const plain = asciiText(chunk);
    let from = 0;
    for (let i = this.before === 0 ? markLength(chunk) : 0; i < chunk.length; i++) {
      if (this.start < 0) {
        const byte = chunk[i]!;
        if (WHITE.has(byte) || !this.begins(byte)) continue;
        from = i;
        this.start = this.before + i;
      }
      const end = this.rowEnd(chunk, i);
      if (end < 0) break;
      this.keep(chunk.subarray(from, end));
      const whole = this.pieces.length === 1;
      rows.push(this.row(this.before + end, whole ? plain?.slice(from, end) : undefined));
      i = end - 1;
    }
    if (this.start >= 0) this.keep(chunk.subarray(from));
    this.before += chunk.length;
    return rows;
  }

  finish(): void {
    if (this.awaited === "nothing") return;
    throw this.broken(this.number === 0 ? "no list" : `an end within or after row ${this.number}`, "it was cut off");
  }

  /** Whether a byte between rows begins one. */
  private begins(byte: number): boolean {
    const { awaited } = this;
    if (awaited === "list" || awaited === "the object's end") this.around(byte);
    else if ((awaited === "row or end" || awaited === "comma or end") && byte === CLOSE_LIST)
      this.awaited = this.finder === null ? "nothing" : "the object's end";
    else if (awaited === "comma or end" && byte === COMMA) this.awaited = "row";
    else if (awaited === "row" && byte === CLOSE_LIST)
      throw this.broken(`a comma after row ${this.number}, the last one`, "remove the comma");
    else if ((awaited === "row" || awaited === "row or end") && byte !== COMMA) {
      this.number++;
      return true;
    } else throw this.broken(`${show(String.fromCharCode(byte))} after row ${this.number}`, "part rows by one comma");
    return false;
  }

  /** A byte before the list, or after it in the object that holds it. */
  private around(byte: number): void {
    if (this.finder === null && byte === OPEN_LIST) {
      this.awaited = "row or end";
      return;
    }
    this.finder ??= new ListFinder();
    const opens = this.finder.take(byte);
    if (opens && this.awaited === "the object's end")
      throw this.broken(`a second one, ${show(this.finder.name)}`, "give each a file of its own");
    if (opens) this.awaited = "row or end";
    if (this.finder.closed) this.awaited = "nothing";
  }

  /** Where a row ends that goes on at a place; -1 where it goes on in the next chunk. */
  private rowEnd(chunk: Uint8Array, from: number): number {
    let { depth, inText, escaped } = this;
    let end = -1;
    for (let i = from; i < chunk.length && end < 0; i++) {
      const byte = chunk[i]!;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      // A row that is no object ends before the bracket or comma that follows it.
      else if (depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) end = i;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
      else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && --depth <= 0) end = i + 1;
    }
    [this.depth, this.inText, this.escaped] = [depth, inText, escaped];
    return end;
  }

  private keep(piece: Uint8Array): void {
    this.bytes += piece.length;
    if (this.bytes > LONGEST_ROW)
      throw new OptionError(
        `Expected row ${this.number} of ${show(this.name)} to have at most ${LONGEST_ROW / 1e6} MB, got more; split it, or leave it out.`,
      );
    this.pieces.push(piece);
  }

  /** @param plain the row's text where it is known */
  private row(end: number, plain: string | undefined): FoundRow {
    const place = { number: this.number, start: this.start, end };
    const text = plain ?? utf8Text(this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces));
    [this.start, this.pieces, this.bytes, this.depth] = [-1, [], 0, 0];
    this.awaited = "comma or end";
    return { ...place, ...jsonRow(text, place.number, this.words) };
  }

  private broken(got: string, advice: string): OptionError {
    return new OptionError(`Expected ${show(this.name)} to hold one JSON list of objects, got ${got}; ${advice}.`);
  }
}

/** Bytes of the byte order mark at the beginning. */
function markLength(chunk: Uint8Array): number {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The text of bytes; null where they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}
