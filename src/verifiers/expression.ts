/** An arithmetic expression that was read: its exact value and its numbers in order. */
export interface ParsedExpression {
  readonly value: number;
  readonly numbers: readonly number[];
}

const LONGEST = 200;
const DEEPEST = 20;
const LARGEST = 1e9;

/**
 * Reads integers, + - * / and parentheses with the usual precedence; nothing is ever evaluated as code. Division is
 * exact. Signs may be those of typesetters, an `x` multiplies, and what it makes may stand at the end (`= 25`), with a
 * full stop. Length, depth and size are bounded, so that any text is answered in microseconds.
 *
 * @returns the expression, or why it can't be read
 */
export function parseExpression(text: string): ParsedExpression | string {
  if (text.length > LONGEST) return `longer than ${LONGEST} characters`;
  return new Reader(text).read();
}

const MINUS: readonly string[] = ["-", "−", "–"];
const TIMES: readonly string[] = ["*", "×", "x", "·"];
const DIVIDED: readonly string[] = ["/", "÷"];

class Unreadable extends Error {}

/** A fraction in lowest terms, its denominator above 0. */
interface Fraction {
  readonly top: number;
  readonly bottom: number;
}

class Reader {
  private at = 0;
  private depth = 0;
  private readonly numbers: number[] = [];

  constructor(private readonly text: string) {}

  read(): ParsedExpression | string {
    try {
      const { top, bottom } = this.sum();
      const value = top / bottom;
      this.result(value);
      if (this.peek() === ".") this.at++;
      if (this.peek() !== "") this.fail();
      return { value, numbers: this.numbers };
    } catch (error) {
      if (error instanceof Unreadable) return error.message;
      throw error;
    }
  }

  private peek(): string {
    while (this.text[this.at] === " " || this.text[this.at] === "\n" || this.text[this.at] === "\t") this.at++;
    return this.text[this.at] ?? "";
  }

  private fail(): never {
    throw new Unreadable(this.at >= this.text.length ? "ends too early" : `unreadable at character ${this.at + 1}`);
  }

  /** What the text says that it makes must be what it makes. */
  private result(value: number): void {
    if (this.peek() !== "=") return;
    this.at++;
    const isNegative = MINUS.includes(this.peek());
    if (isNegative) this.at++;
    const said = this.digits() * (isNegative ? -1 : 1);
    if (said !== value) throw new Unreadable(`makes ${value}, and says ${said}`);
  }

  private fraction(top: number, bottom: number): Fraction {
    if (bottom === 0) throw new Unreadable("divides by 0");
    if (Math.max(Math.abs(top), Math.abs(bottom)) > Number.MAX_SAFE_INTEGER) throw new Unreadable("too large");
    const divisor = bottom === 1 ? 1 : greatestDivisor(Math.abs(top), Math.abs(bottom)) * Math.sign(bottom);
    const reduced = { top: top / divisor, bottom: bottom / divisor };
    if (Math.max(Math.abs(reduced.top), reduced.bottom) > LARGEST) throw new Unreadable("too large");
    return reduced;
  }

  private sum(): Fraction {
    let value = this.product();
    for (let sign = this.peek(); sign === "+" || MINUS.includes(sign); sign = this.peek()) {
      this.at++;
      const { top, bottom } = this.product();
      const signed = sign === "+" ? top : -top;
      value = this.fraction(value.top * bottom + signed * value.bottom, value.bottom * bottom);
    }
    return value;
  }

  private product(): Fraction {
    let value = this.factor();
    for (let sign = this.peek(); TIMES.includes(sign) || DIVIDED.includes(sign); sign = this.peek()) {
      this.at++;
      const { top, bottom } = this.factor();
      value = TIMES.includes(sign)
        ? this.fraction(value.top * top, value.bottom * bottom)
        : this.fraction(value.top * bottom, value.bottom * top);
    }
    return value;
  }

  private factor(): Fraction {
    if (this.peek() === "(") {
      this.at++;
      if (++this.depth > DEEPEST) throw new Unreadable(`nested deeper than ${DEEPEST}`);
      const value = this.sum();
      if (this.peek() !== ")") this.fail();
      this.at++;
      this.depth--;
      return value;
    }
    const value = this.digits();
    this.numbers.push(value);
    return { top: value, bottom: 1 };
  }

  private digits(): number {
    this.peek();
    const start = this.at;
    while (this.text[this.at]! >= "0" && this.text[this.at]! <= "9") this.at++;
    if (this.at === start) this.fail();
    if (this.at - start > 9) throw new Unreadable("too large");
    return Number(this.text.slice(start, this.at));
  }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
