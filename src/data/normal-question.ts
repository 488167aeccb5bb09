import { hash } from "node:crypto";

/** A word before the question. */
const PREFIX = /^\s*(?:question|problem|q)\s*(?:\d+\s*)?:/i;
/** Marks of type, and what LaTeX has for signs and spaces: before Unicode's forms. */
const MARKED: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w*)])\*\*(?=\S)([^*\n]+?)\*\*(?![\w*(])/g, " $1 "],
  [/\\[()[\]]|\\[,;:! ]|\\(?:left|right|displaystyle)(?![a-zA-Z])/g, " "],
  [/\\(?:times|cdot|ast)(?![a-zA-Z])/g, "*"],
  [/\\div(?![a-zA-Z])/g, "/"],
  [/\\[dt]frac(?![a-zA-Z])/g, "\\frac"],
  [/\\(?=[$%&#])/g, ""],
  [/\{,\}/g, ","],
];
/** Dashes, signs, quotes and spaces of typesetters, as they stand on a keyboard. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d)[\u00a0\u2009\u202f](?=\d{3})/g, ""],
  [/(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])/g, " "],
  [/[\u2010-\u2015\u2212]/g, "-"],
  [/[\u00d7\u2217]/g, "*"],
  [/\u00f7/g, "/"],
  [/[\u2018\u2019\u00b4]/g, "'"],
  [/[\u00a1\u00ab\u00bb\u00bf\u201c-\u201f\u2026\u2039\u203a\u3001\u3002\u300c-\u300f]/g, " "],
  [/[\u00b2\u00b3\u00b9\u2070\u2074-\u2079]+/g, "^$&"],
  [/\p{Cf}/gu, ""],
];
/** What is the same in every script, after Unicode's forms. */
const SCRIPTS: readonly (readonly [RegExp, string | ((digit: string) => string)])[] = [
  [/\u2044/g, "/"],
  [/(?<=i)\u0307/g, ""],
  [/(?![0-9])\p{Nd}/gu, asciiDigit],
];
/** Numbers in groups of three that white space or a line parts, a sign of multiplication, and a hyphen in a word. */
const GROUPED = /(?<![\d.,_]|\d )\d{1,3}(?:([ _])\d{3})(?:\1\d{3})*(?![\d_]|[ .,]\d)/g;
const CROSS = /(?<!\b0)(?<=\d)( ?)x\1(?=\d)/g;
const HYPHEN = /(?<=[a-z\u0080-\uffff]{2})-(?=[a-z\u0080-\uffff]{2})/g;
const [ZERO, NINE, COMMA, POINT, QUOTE, BANG, OPEN, CLOSE, SPACE] = [
  0x30, 0x39, 0x2c, 0x2e, 0x27, 0x21, 0x28, 0x29, 0x20,
];
/** What parts words and numbers and changes no question: white space and most punctuation. */
const BETWEEN: Uint8Array = new Uint8Array(128);
for (const sign of '\t\n\v\f\r .,;:?!"`$') BETWEEN[sign.charCodeAt(0)] = 1;
const isDigit = (unit: number): boolean => unit >= ZERO && unit <= NINE;
const isLetter = (unit: number): boolean => (unit >= 0x61 && unit <= 0x7a) || unit > 0x7f;
/** Part of a word or number between which white space counts: Chinese and Japanese are written without. */
const isSpaced = (unit: number): boolean =>
  isDigit(unit) || (isLetter(unit) && !((unit >= 0x2e80 && unit < 0xa000) || (unit >= 0xf900 && unit < 0xfb00)));

/**
 * A question without its dress: the same for questions that differ only in case, white space, punctuation and how
 * numbers are written (`1,000` and `1000`, `3.50` and `3.5`). Operators and brackets stay.
 */
export function normalQuestion(question: string): string {
  const units = undress(question);
  let text = "";
  for (let i = 0; i < units.length; i += 4096) text += String.fromCharCode(...units.subarray(i, i + 4096));
  return text;
}

/** 64 bits that name a question for good, whatever its dress. */
export interface QuestionKey {
  readonly high: number;
  readonly low: number;
}

/** The first 64 bits of SHA-256 over a question without its dress. */
export function questionKey(question: string): QuestionKey {
  const bytes = hash("sha256", undress(question), "buffer");
  return { high: bytes.readUInt32BE(0), low: bytes.readUInt32BE(4) };
}

/** The same as 16 hexadecimal digits. */
export function questionId(question: string): string {
  return hash("sha256", undress(question), "hex").slice(0, 16);
}

function undress(question: string): Uint16Array {
  let text = question;
  if (PREFIX.test(text)) text = text.replace(PREFIX, " ");
  if (/[\\{]|\*\*/.test(text)) text = replaced(text, MARKED);
  // Most questions are ASCII, which needs none of the rest.
  if (/[^\u0000-\u007f]/.test(text)) {
    // To capitals between, as some letters are one only there; a mark may compose with a letter in lower case alone.
    text = replaced(text, PLAIN).normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
    // Unicode's forms may be a typesetter's dash again.
    text = replaced(replaced(text, PLAIN), SCRIPTS);
  } else text = text.toLowerCase();
  if (/\d[ _]\d{3}/.test(text)) text = text.replace(GROUPED, (number) => number.replaceAll(/[ _]/g, ""));
  if (/\d ?x/.test(text)) text = text.replace(CROSS, "*");
  if (text.includes("-")) text = text.replace(HYPHEN, " ");
  return new Undressed(text).units();
}

function replaced(text: string, rules: typeof SCRIPTS): string {
  let out = text;
  for (const [from, to] of rules) out = typeof to === "string" ? out.replace(from, to) : out.replace(from, to);
  return out;
}

/** Unicode's digits stand in rows of ten. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0)!;
  let value = 0;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}

/** Groups of three digits that one number may have; what has more is a list. */
const MOST_GROUPS = 8;

/** Used by one question after the other. */
let scratch = new Uint16Array(8192);

/** One pass over a text in lower case; a million questions pass here before a run begins. */
class Undressed {
  private readonly out: Uint16Array;
  private length = 0;
  private at = 0;
  /** Something between words was passed over. */
  private parted = false;

  constructor(private readonly text: string) {
    if (scratch.length < 2 * text.length + 2) scratch = new Uint16Array(2 * text.length + 2);
    this.out = scratch;
  }

  units(): Uint16Array {
    const { text } = this;
    while (this.at < text.length) {
      const unit = text.charCodeAt(this.at);
      if (isLetter(unit)) {
        this.put(unit);
        continue;
      }
      const begins = isDigit(unit) || (unit === POINT && isDigit(text.charCodeAt(this.at + 1)));
      if (begins) this.number();
      else if (this.isBetween(unit)) this.pass(unit !== QUOTE);
      else this.put(unit);
    }
    return this.out.subarray(0, this.length);
  }

  /** A factorial and a derivative are no punctuation. */
  private isBetween(unit: number): boolean {
    if (unit === BANG) {
      const before = this.text.charCodeAt(this.at - 1);
      return !(isDigit(before) || before === CLOSE);
    }
    if (unit === QUOTE) return this.text.charCodeAt(this.at + 1) !== OPEN;
    return BETWEEN[unit] === 1;
  }

  private pass(parts: boolean): void {
    this.parted ||= parts;
    this.at++;
  }

  private put(unit: number): void {
    this.write(unit);
    this.at++;
  }

  private write(unit: number): void {
    const before = this.length > 0 ? this.out[this.length - 1]! : SPACE;
    // `5 km` is `5km`.
    const parted = this.parted || (isDigit(before) && isLetter(unit));
    if (parted && isSpaced(unit) && isSpaced(before)) this.out[this.length++] = SPACE;
    this.parted = false;
    this.out[this.length++] = unit;
  }

  private number(): void {
    const { text } = this;
    const whole = this.wholeEnd();
    if (whole === this.at) this.write(ZERO);
    for (let i = this.at; i < whole; i++) if (text.charCodeAt(i) !== COMMA) this.write(text.charCodeAt(i));
    this.at = whole;
    if (text.charCodeAt(whole) !== POINT || !isDigit(text.charCodeAt(whole + 1))) return;
    let end = this.digitsEnd(whole + 1);
    const next = end;
    // Numbers of versions and sections keep their zeros.
    const more = text.charCodeAt(end) === POINT && isDigit(text.charCodeAt(end + 1));
    while (!more && text.charCodeAt(end - 1) === ZERO) end--;
    for (let i = whole; i < end; i++) if (end > whole + 1) this.write(text.charCodeAt(i));
    this.at = next;
  }

  private digitsEnd(from: number): number {
    let end = from;
    while (isDigit(this.text.charCodeAt(end))) end++;
    return end;
  }

  /** Where the whole part of a number ends, the commas of its thousands among it. */
  private wholeEnd(): number {
    const { text } = this;
    const first = this.digitsEnd(this.at);
    let end = first;
    const most = first + 4 * MOST_GROUPS;
    while (end <= most && text.charCodeAt(end) === COMMA && this.digitsEnd(end + 1) === end + 4) end += 4;
    const list = text.charCodeAt(end) === COMMA && isDigit(text.charCodeAt(end + 1));
    return first - this.at > 3 || list || end > most ? first : end;
  }
}
