import {
  DROPPED,
  FUNCTIONS,
  GREEK,
  IGNORED,
  isKnownCommand,
  knownBeginning,
  LIST_FUNCTIONS,
  MARKS,
  OPERATORS,
  RELATIONS,
  STRUCTURES,
  TEXTS,
  WRAPPERS,
} from "./commands.ts";
import { MOST_TOKENS, Unreadable } from "./limits.ts";
import { isUnitRun } from "./units.ts";

export type TokenKind = "number" | "letter" | "word" | "function" | "command" | "relation" | "sign";

export interface Token {
  readonly kind: TokenKind;
  /** The digits, the letter, the word, the command's name, the relation or the sign. */
  readonly text: string;
  /** White space stands before it. */
  readonly spaced: boolean;
  /** It stands in \text{} or \mathrm{}. */
  readonly upright: boolean;
}

/** How an ambiguous text is to be read. */
export interface ReadingWay {
  /** 1,234 is one number; else two. */
  readonly thousands: boolean;
  /** Letters behind a number are a unit where they can be one; else unknowns. */
  readonly units: boolean;
}

const JOINTS = /^(and|or)$/i;
const PLAIN_FUNCTIONS =
  /^(sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|ln|log|exp|sqrt|cbrt|max|min|gcd|lcm|abs|floor|ceil)$/;
const PLAIN_NAMES: Readonly<Record<string, string>> = {
  pi: "pi",
  Pi: "pi",
  inf: "infty",
  infinity: "infty",
  Infinity: "infty",
  oo: "infty",
  infty: "infty",
  alpha: "alpha",
  beta: "beta",
  gamma: "gamma",
  delta: "delta",
  theta: "theta",
  lambda: "lambda",
  sigma: "sigma",
  omega: "omega",
};
const DOUBLED: Readonly<Record<string, string>> = {
  "<=": "<=",
  ">=": ">=",
  "!=": "!=",
  "==": "=",
  "=<": "<=",
  ":=": "=",
};

/** Cuts a text into tokens. @throws Unreadable for an unknown command or sign, and for too many tokens */
export function tokensOf(text: string, reading: ReadingWay): Token[] {
  return new Lexer(text, reading).all();
}

class Lexer {
  private at = 0;
  private spaced = false;
  private readonly tokens: Token[] = [];
  /** Braces that are open, and those among them that are read as words. */
  private depth = 0;
  private readonly texts: number[] = [];
  private readonly environments: boolean[] = [];

  constructor(
    private readonly text: string,
    private readonly reading: ReadingWay,
  ) {}

  all(): Token[] {
    while (this.at < this.text.length) this.next();
    return this.tokens;
  }

  private get inText(): boolean {
    return this.texts.length > 0;
  }

  private push(kind: TokenKind, text: string): void {
    if (this.tokens.length >= MOST_TOKENS) throw new Unreadable(`more than ${MOST_TOKENS} parts`);
    this.tokens.push({ kind, text, spaced: this.spaced, upright: this.inText });
    this.spaced = false;
  }

  private next(): void {
    const sign = this.text[this.at]!;
    if (/\s/.test(sign) || sign === "~") {
      this.at++;
      this.spaced = true;
    } else if (sign === "\\") this.command();
    else if (/[0-9]/.test(sign) || (sign === "." && /[0-9]/.test(this.text[this.at + 1] ?? ""))) this.number();
    else if (/\p{L}/u.test(sign)) this.letters();
    else this.sign(sign);
  }

  private number(): void {
    const rest = this.text.slice(this.at, this.at + 2200);
    const grouped = this.reading.thousands
      ? /^[1-9]\d{0,2}(?:(?:,|\{,\}|(?:\\,|\\ | ))\d{3})+(?![\d])(?:\.\d+)?/
      : null;
    const forced = /^\d{1,3}(?:\{,\}\d{3})+(?!\d)(?:\.\d+)?/;
    const long = grouped?.exec(rest)?.[0] ?? forced.exec(rest)?.[0];
    const plain = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,5}(?![\w.]))?/.exec(rest)![0];
    let digits = plain;
    if (long !== undefined && long.length > plain.length) digits = long;
    // A point that ends a sentence is none of the number's.
    if (digits.endsWith(".")) digits = digits.slice(0, -1);
    this.at += digits.length;
    this.push("number", digits.replace(/\{,\}|,|\\,|\\ | /g, ""));
  }

  private letters(): void {
    const run = /^[\p{L}]+(?:[-'][\p{L}]{2,})*/u.exec(this.text.slice(this.at, this.at + 400))![0];
    if (this.inText) {
      this.at += run.length;
      this.word(run);
      return;
    }
    const plain = /^\p{L}+/u.exec(run)![0];
    if (JOINTS.test(plain)) this.push("word", plain.toLowerCase());
    else if (Object.hasOwn(PLAIN_NAMES, plain)) this.push("command", PLAIN_NAMES[plain]!);
    else if (PLAIN_FUNCTIONS.test(plain)) this.push("function", plain);
    else if (plain.length === 1) this.push("letter", plain);
    else if (isWord(plain) || (this.reading.units && isUnitRun(plain))) {
      this.at += run.length;
      this.push("word", run);
      return;
    } else if (plain.length > 1) {
      const called = /^(sin|cos|tan|cot|sec|csc|ln|log|sqrt|pi)(?=[a-z]$)/.exec(plain)?.[0];
      if (called !== undefined) {
        this.push(called === "pi" ? "command" : "function", called);
        this.at += called.length;
        return;
      }
      for (const letter of plain) this.push("letter", letter);
    }
    this.at += plain.length;
  }

  /** A word in \text{}; one letter alone may be a name. */
  private word(run: string): void {
    if (/^.$/u.test(run)) this.push("letter", run);
    else if (FUNCTIONS.has(run) || LIST_FUNCTIONS.has(run)) this.push("function", run);
    else this.push("word", JOINTS.test(run) ? run.toLowerCase() : run);
  }

  private sign(sign: string): void {
    const double = this.text.slice(this.at, this.at + 2);
    this.at++;
    if (Object.hasOwn(DOUBLED, double)) {
      this.at++;
      this.push("relation", DOUBLED[double]!);
    } else if (sign === "<" || sign === ">" || sign === "=") this.push("relation", sign);
    else if (double === "**") {
      this.at++;
      // Bold text of Markdown at either end, a power between.
      this.push("sign", "**");
    } else if (sign === "{") {
      this.depth++;
      // The braces of \\text{} hold words together, and no value.
      if (this.texts.at(-1) === this.depth) this.spaced = true;
      else this.push("sign", "{");
    } else if (sign === "}") {
      if (this.texts.at(-1) === this.depth) this.texts.pop();
      else this.push("sign", "}");
      this.depth--;
    } else if (sign === "." && /^\.\.(?!\.\.)/.test(this.text.slice(this.at, this.at + 4))) {
      this.at += 2;
      this.push("sign", "...");
    } else if (sign === "$" || (sign === "." && this.inText)) this.spaced = true;
    else if ("+-*/^_(),;:[]|!'%.&?€£¥".includes(sign)) this.push("sign", sign);
    else if ('"“”`'.includes(sign)) this.spaced = true;
    else throw new Unreadable(`the sign ${JSON.stringify(sign)} can't be read`);
  }

  private command(): void {
    const rest = this.text.slice(this.at, this.at + 40);
    const doubled = /^\\\\([a-zA-Z]{2,})/.exec(rest);
    // A text that was escaped twice: \\frac is \frac, but where a row of a matrix ends.
    if (doubled !== null && (isKnownCommand(doubled[1]!) || (knownBeginning(doubled[1]!)?.length ?? 0) > 3)) {
      if (this.environments.length === 0 || doubled[1]!.length > 2) this.at++;
      else return this.rowEnd();
    } else if (rest.startsWith("\\\\")) return this.rowEnd();
    const name = /^\\([a-zA-Z]+)/.exec(this.text.slice(this.at, this.at + 40))?.[1];
    if (name === undefined) return this.escaped();
    let known = isKnownCommand(name) ? name : knownBeginning(name);
    if (known === null && name.startsWith("n") && !this.inText) known = "n";
    if (known === null) throw new Unreadable(`the command \\${name} isn't known`);
    this.at += known.length + 1;
    this.emit(known);
  }

  private rowEnd(): void {
    this.at += 2;
    if (this.environments.length === 0 && this.depth === 0) this.spaced = true;
    else this.push("command", "\\");
  }

  /** A backslash before a sign: `\{`, `\,`, `\%`, `\$`. */
  private escaped(): void {
    const sign = this.text[this.at + 1] ?? "";
    this.at += 2;
    if (sign === "{" || sign === "}") this.push("sign", sign === "{" ? "{s" : "s}");
    else if (sign === "|") this.push("sign", "||");
    else if (sign === "%" || sign === "&") this.push("sign", sign);
    else if (sign === "$") this.push("sign", "$");
    else if (sign === "" || /[\s,;:!>()[\]#_]/.test(sign)) this.spaced = true;
    else throw new Unreadable(`the command \\${sign} isn't known`);
  }

  private emit(name: string): void {
    if (name === "n" || IGNORED.has(name) || name === "par" || name === "newline" || name === "item")
      this.spaced = true;
    else if (DROPPED.has(name)) this.skipGroup();
    else if (TEXTS.has(name)) this.openText();
    else if (WRAPPERS.has(name)) this.spaced = this.spaced && true;
    else if (name === "land" || name === "lor" || name === "wedge" || name === "vee")
      this.push("word", OPERATORS[name]!);
    else if (Object.hasOwn(OPERATORS, name)) this.push("sign", OPERATORS[name]!);
    else if (Object.hasOwn(RELATIONS, name)) this.push("relation", RELATIONS[name]!);
    else if (/^[dtc]frac$/.test(name)) this.push("command", "frac");
    else if (/^[dt]binom$/.test(name)) this.push("command", "binom");
    else if (GREEK.has(name)) this.push("letter", `\\${name}`);
    else if (name === "sqrt" || name === "binom" || STRUCTURES.has(name) || MARKS.has(name)) this.structure(name);
    else if (FUNCTIONS.has(name) || LIST_FUNCTIONS.has(name)) this.push("function", name);
    else throw new Unreadable(`the command \\${name} isn't known`);
  }

  private structure(name: string): void {
    if (name === "begin" || name === "end") {
      const environment = /^\s*\{([a-zA-Z]+)\*?\}/.exec(this.text.slice(this.at, this.at + 40));
      if (environment === null) throw new Unreadable(`\\${name} without a name`);
      this.at += environment[0].length;
      if (name === "begin") this.environments.push(true);
      else this.environments.pop();
      this.push("command", `${name} ${environment[1]}`);
      return;
    }
    this.push("command", name);
  }

  private openText(): void {
    const open = /^\s*\{/.exec(this.text.slice(this.at, this.at + 8));
    if (open === null) return;
    this.at += open[0].length - 1;
    this.texts.push(this.depth + 1);
  }

  private skipGroup(): void {
    const group = /^\s*\{[^{}]{0,40}\}/.exec(this.text.slice(this.at, this.at + 50));
    this.at += group?.[0].length ?? 0;
  }
}

/** A run of letters that is a word of a language, and no product of unknowns. */
function isWord(run: string): boolean {
  if (/^(is|of|the|per|are|for|but|not|if|so|to|no|an|all|it|we|by|yes|odd|cup|cups|men|way|at|as)$/i.test(run))
    return true;
  if (/^\p{Lu}\p{Ll}*[aeiouy]\p{Ll}*$/u.test(run) && run.length > 2) return true;
  if (/^\p{Lu}+$/u.test(run) || run.length < 4) return !/^[a-zA-Z]+$/.test(run);
  return !/^(.)\1+$/.test(run) && /[aeiouyAEIOUY]|[^a-zA-Z]/.test(run);
}
