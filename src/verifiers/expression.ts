/** An arithmetic expression that was read: its exact value and its numbers in order. */
export interface ParsedExpression {
  readonly value: number;
  readonly numbers: readonly number[];
}

const LONGEST = 200;
const DEEPEST = 20;
const LARGEST = 1e9;

/**
 * Reads integers, + - * and parentheses with the usual precedence; nothing is ever evaluated as code. Length, depth
 * and size are bounded, so that any text is answered in microseconds.
 *
 * @returns the expression, or why it can't be read
 */
export function parseExpression(text: string): ParsedExpression | string {
  if (text.length > LONGEST) return `longer than ${LONGEST} characters`;
  return new Reader(text).read();
}

class Unreadable extends Error {}

class Reader {
  private at = 0;
  private depth = 0;
  private readonly numbers: number[] = [];

  constructor(private readonly text: string) {}

  read(): ParsedExpression | string {
    try {
      const value = this.sum();
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

  private bounded(value: number): number {
    if (Math.abs(value) > LARGEST) throw new Unreadable("too large");
    return value;
  }

  private sum(): number {
    let value = this.product();
    for (let sign = this.peek(); sign === "+" || sign === "-" || sign === "−"; sign = this.peek()) {
      this.at++;
      const next = this.product();
      value = this.bounded(sign === "+" ? value + next : value - next);
    }
    return value;
  }

  private product(): number {
    let value = this.factor();
    for (let sign = this.peek(); sign === "*" || sign === "×"; sign = this.peek()) {
      this.at++;
      value = this.bounded(value * this.factor());
    }
    return value;
  }

  private factor(): number {
    if (this.peek() === "(") {
      this.at++;
      if (++this.depth > DEEPEST) throw new Unreadable(`nested deeper than ${DEEPEST}`);
      const value = this.sum();
      if (this.peek() !== ")") this.fail();
      this.at++;
      this.depth--;
      return value;
    }
    const start = this.at;
    while (this.text[this.at]! >= "0" && this.text[this.at]! <= "9") this.at++;
    if (this.at === start) this.fail();
    if (this.at - start > 9) throw new Unreadable("too large");
    const value = Number(this.text.slice(start, this.at));
    this.numbers.push(value);
    return value;
  }
}
