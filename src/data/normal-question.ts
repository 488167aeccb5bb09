import { hash } from "node:crypto";

/** Dashes, signs, quotes and spaces of typesetters, as they stand on a keyboard. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d)[\u00a0\u2009\u202f](?=\d{3})/g, ""],
  [/[\u2010-\u2015\u2212]/g, "-"],
  [/[\u00d7\u2217]/g, "*"],
  [/\u00f7/g, "/"],
  [/[\u2018\u2019\u00b4]/g, "'"],
  [/[\u00a1\u00bf\u201c-\u201f\u2026\u3001\u3002]/g, " "],
];
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
  // Most questions are ASCII, which needs none of the rest.
  if (!/[^\u0000-\u007f]/.test(question)) return new Undressed(question.toLowerCase()).units();
  let text = question;
  for (const [from, to] of PLAIN) text = text.replace(from, to);
  // A letter in lower case may compose with the mark behind it where its capital has no such form.
  text = text.normalize("NFKC").toLowerCase().normalize("NFKC");
  return new Undressed(text).units();
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
    if (this.parted && this.length > 0 && isSpaced(unit) && isSpaced(this.out[this.length - 1]!))
      this.out[this.length++] = SPACE;
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
