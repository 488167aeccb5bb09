const [QUOTE, BACKSLASH, COLON, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x3a, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d,
];
/** What people call the list of rows in an object that holds it. */
const LISTS: ReadonlySet<string> = new Set(
  "data dataset rows examples instances items records questions problems samples train validation test".split(" "),
);
const LONGEST_NAME = 64;

/**
 * Finds the list of rows in an object that holds it beside other things, `{"version": 1, "data": [...]}`, byte by byte.
 */
export class ListFinder {
  /** The object has ended. */
  closed = false;
  /** The list's name in the object. */
  name = "";
  private depth = 0;
  private inText = false;
  private escaped = false;
  private text = "";

  /** Whether this byte opens the list of rows; what is in it, and its end, are not to be given. */
  take(byte: number): boolean {
    if (this.inText) this.takeText(byte);
    else if (byte === QUOTE) [this.inText, this.text] = [true, ""];
    else if (byte === COLON && this.depth === 1) this.name = this.text;
    else if (byte === COMMA && this.depth === 1) this.name = "";
    else if (byte === OPEN_LIST && this.depth === 1 && LISTS.has(this.name)) return true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.closed = --this.depth === 0;
    return false;
  }

  private takeText(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inText = false;
    else if (this.depth === 1 && this.text.length < LONGEST_NAME) this.text += String.fromCharCode(byte);
  }
}

/** Whether the beginning of a file is that of an object with a list of rows. */
export function opensList(head: Uint8Array): boolean {
  const finder = new ListFinder();
  return head.some((byte) => !finder.closed && finder.take(byte));
}
