/** Characters of an answer that is read; a longer one is unverifiable. */
export const LONGEST_ANSWER = 4000;

/** Characters of a text in which an answer is looked for. */
export const LONGEST_TEXT = 400_000;

/** Tokens of an answer. */
export const MOST_TOKENS = 3000;

/** Brackets, fractions and roots inside each other. */
export const DEEPEST = 120;

/** Bits of the numerator or the denominator of an exact number, checked before a power or a factorial is computed. */
export const MOST_BITS = 20_000;

/** Nodes that one comparison may evaluate. */
export const MOST_WORK = 20_000;

/** Elements of a list whose elements are no exact numbers: each is compared with each. */
export const MOST_SYMBOLIC_ELEMENTS = 24;

/** Elements of a list of exact numbers. */
export const MOST_ELEMENTS = 300;

/** Rows or columns of a matrix. */
export const WIDEST_MATRIX = 12;

/** Terms of a sum or a product over integers. */
export const MOST_TERMS = 200;

/** What can't be read or is too much: it makes an answer unverifiable. */
export class Unreadable extends Error {
  override readonly name: string = "Unreadable";
}

/** Counts down the work that one comparison may do. @throws Unreadable when it is used up */
export class Budget {
  constructor(private left: number = MOST_WORK) {}

  spend(work: number = 1): void {
    this.left -= work;
    if (this.left < 0) throw new Unreadable("too much to compute");
  }
}
