import type { Applied, Argument, Expression, Target } from "./nodes.ts";
import type { JinjaToken } from "./template-tokens.ts";
import { PythonFloat, type JinjaValue } from "./values.ts";

const CONSTANTS: ReadonlyMap<string, JinjaValue> = new Map<string, JinjaValue>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);
const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
/** Operators of two sides from the loosest to the tightest; all go from left to right. */
const LEVELS: readonly (readonly string[])[] = [["+", "-"], ["~"], ["*", "/", "//", "%"], ["**"]];
const NO_ARGUMENT: ReadonlySet<string> = new Set(["else", "or", "and"]);

/** Reads the words of one tag. Every method throws an Error that names the word where the tag isn't Jinja. */
export class ExpressionReader {
  private at = 0;

  constructor(private readonly tokens: readonly JinjaToken[]) {}

  get token(): JinjaToken {
    return this.tokens[this.at]!;
  }

  get isEnd(): boolean {
    return this.token.kind === "end";
  }

  is(text: string): boolean {
    return this.token.text === text && (this.token.kind === "name" || this.token.kind === "operator");
  }

  skip(text: string): boolean {
    const found = this.is(text);
    if (found) this.at++;
    return found;
  }

  expect(text: string): void {
    if (!this.skip(text)) throw new Error(`expected '${text}', got '${this.token.text}'`);
  }

  name(): string {
    const { kind, text } = this.token;
    if (kind !== "name") throw new Error(`expected a name, got '${text}'`);
    this.at++;
    return text;
  }

  finish(): void {
    if (!this.isEnd) throw new Error(`expected end of the tag, got '${this.token.text}'`);
  }

  /** One expression, or several with commas between them: a tuple. */
  tuple(withChoice: boolean = true, ends: readonly string[] = []): Expression {
    const one = (): Expression => (withChoice ? this.expression() : this.or());
    const first = one();
    if (!this.is(",")) return first;
    const items = [first];
    while (this.skip(",")) {
      if (this.isEnd || [")", "=", ...ends].some((end) => this.is(end))) break;
      items.push(one());
    }
    return { type: "tuple", items };
  }

  /** Names that are assigned to. */
  target(ends: readonly string[]): Target {
    const one = (): Target => {
      const inBrackets = this.is("(") || this.is("[");
      const value = inBrackets ? this.primary() : ({ type: "name", name: this.name() } as const);
      if (value.type === "name" && this.skip(".")) return { type: "member", object: value, name: this.name() };
      if (value.type !== "name" && value.type !== "tuple" && value.type !== "list")
        throw new Error("can't assign to it");
      return value;
    };
    const first = one();
    if (!this.is(",")) return first;
    const items: Expression[] = [first];
    while (this.skip(",")) {
      if (this.isEnd || ends.some((end) => this.is(end))) break;
      items.push(one());
    }
    return { type: "tuple", items };
  }

  expression(): Expression {
    let then = this.or();
    while (this.skip("if")) {
      const test = this.or();
      then = { type: "choice", test, then, otherwise: this.skip("else") ? this.expression() : null };
    }
    return then;
  }

  or(): Expression {
    return this.leftToRight(["or"], () => this.leftToRight(["and"], () => this.not()));
  }

  private not(): Expression {
    if (this.skip("not")) return { type: "unary", operator: "not", operand: this.not() };
    const first = this.level(0);
    const rest: [string, Expression][] = [];
    for (let operator = this.comparison(); operator !== undefined; operator = this.comparison())
      rest.push([operator, this.level(0)]);
    return rest.length === 0 ? first : { type: "compare", first, rest };
  }

  private comparison(): string | undefined {
    const { kind, text } = this.token;
    if (kind === "operator" && COMPARISONS.has(text)) {
      this.at++;
      return text;
    }
    if (this.skip("in")) return "in";
    if (!this.is("not") || this.tokens[this.at + 1]?.text !== "in") return undefined;
    this.at += 2;
    return "not in";
  }

  private level(depth: number): Expression {
    const operators = LEVELS[depth];
    return operators === undefined ? this.unary(true) : this.leftToRight(operators, () => this.level(depth + 1));
  }

  private leftToRight(operators: readonly string[], side: () => Expression): Expression {
    let left = side();
    for (;;) {
      const operator = operators.find((text) => this.is(text));
      if (operator === undefined) return left;
      this.at++;
      left = { type: "binary", operator, left, right: side() };
    }
  }

  private unary(withFilters: boolean): Expression {
    const operator = (["-", "+"] as const).find((sign) => this.skip(sign));
    const value: Expression =
      operator === undefined ? this.postfix(this.primary()) : { type: "unary", operator, operand: this.unary(false) };
    return withFilters ? this.filtered(value) : value;
  }

  private primary(): Expression {
    const { kind, text } = this.token;
    this.at++;
    if (kind === "name") {
      const constant = CONSTANTS.get(text);
      return constant === undefined ? { type: "name", name: text } : { type: "constant", value: constant };
    }
    if (kind === "string") return { type: "constant", value: this.strings(text) };
    if (kind === "integer") return { type: "constant", value: Number(text.replaceAll("_", "")) };
    if (kind === "float") return { type: "constant", value: new PythonFloat(Number(text.replaceAll("_", ""))) };
    if (text === "(") return this.parenthesised();
    if (text === "[") return { type: "list", items: this.separated("]", () => this.expression()) };
    if (text !== "{") throw new Error(`unexpected '${text}'`);
    const entries = this.separated("}", () => {
      const key = this.expression();
      this.expect(":");
      return [key, this.expression()] as const;
    });
    return { type: "dict", entries };
  }

  private strings(first: string): string {
    let whole = unescaped(first);
    for (; this.token.kind === "string"; this.at++) whole += unescaped(this.token.text);
    return whole;
  }

  private parenthesised(): Expression {
    if (this.skip(")")) return { type: "tuple", items: [] };
    const value = this.tuple();
    this.expect(")");
    return value;
  }

  private separated<Item>(end: string, item: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.skip(end)) {
      if (items.length > 0) this.expect(",");
      if (this.skip(end)) break;
      items.push(item());
    }
    return items;
  }

  private postfix(value: Expression): Expression {
    let object = value;
    for (;;) {
      if (this.skip(".")) object = this.dotted(object);
      else if (this.skip("[")) object = this.subscript(object);
      else if (this.is("(")) object = { type: "call", callee: object, given: this.given() };
      else return object;
    }
  }

  private dotted(object: Expression): Expression {
    const { kind, text } = this.token;
    if (!/^\d+(\.\d+)?$/.test(text) || kind === "name") return { type: "member", object, name: this.name() };
    this.at++;
    return text
      .split(".")
      .reduce(
        (inner: Expression, key) => ({ type: "item", object: inner, key: { type: "constant", value: Number(key) } }),
        object,
      );
  }

  private subscript(object: Expression): Expression {
    const bounds: (Expression | null)[] = [null];
    let isSlice = false;
    const items: Expression[] = [];
    while (!this.skip("]")) {
      if (this.skip(":")) {
        isSlice = true;
        bounds.push(null);
      } else if (this.skip(",")) items.push(bounds.splice(0, 1, null)[0]!);
      else bounds[bounds.length - 1] = this.expression();
    }
    if (isSlice) return { type: "slice", object, bounds };
    const [last] = bounds;
    if (items.length > 0)
      return {
        type: "item",
        object,
        key: { type: "tuple", items: last === undefined || last === null ? items : [...items, last] },
      };
    if (last === undefined || last === null) throw new Error("expected a key between the brackets");
    return { type: "item", object, key: last };
  }

  private filtered(value: Expression): Expression {
    let operand = value;
    for (;;) {
      if (this.skip("|")) operand = { type: "filter", operand, filter: this.filter() };
      else if (this.skip("is")) operand = this.test(operand);
      else if (this.is("(")) operand = { type: "call", callee: operand, given: this.given() };
      else return operand;
    }
  }

  /** Filters of a block: `upper | trim`. */
  filters(): Applied[] {
    const filters = [this.filter()];
    while (this.skip("|")) filters.push(this.filter());
    return filters;
  }

  private filter(): Applied {
    const name = this.dottedName();
    return { name, given: this.is("(") ? this.given() : [] };
  }

  private dottedName(): string {
    let name = this.name();
    while (this.skip(".")) name += `.${this.name()}`;
    return name;
  }

  private test(operand: Expression): Expression {
    const negated = this.skip("not");
    const name = this.dottedName();
    return { type: "test", operand, negated, test: { name, given: this.testArguments() } };
  }

  private testArguments(): readonly Argument[] {
    if (this.is("(")) return this.given();
    const { kind, text } = this.token;
    const begins =
      kind === "string" || kind === "integer" || kind === "float" || (kind === "operator" && /^[[{]$/.test(text));
    if (!begins && !(kind === "name" && !NO_ARGUMENT.has(text))) return [];
    if (this.is("is")) throw new Error("You cannot chain multiple tests with is");
    return [{ kind: "positional", name: "", value: this.postfix(this.primary()) }];
  }

  given(): Argument[] {
    this.expect("(");
    return this.separated(")", (): Argument => {
      if (this.skip("**")) return { kind: "spread-named", name: "", value: this.expression() };
      if (this.skip("*")) return { kind: "spread", name: "", value: this.expression() };
      const next = this.tokens[this.at + 1];
      if (this.token.kind !== "name" || next?.text !== "=" || next.kind !== "operator")
        return { kind: "positional", name: "", value: this.expression() };
      const name = this.name();
      this.expect("=");
      return { kind: "named", name, value: this.expression() };
    });
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\u0007",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};

/** A text of a template without its quotes, escapes read as Python reads them. */
function unescaped(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll(
      /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
      (...match: unknown[]) => {
        const [whole, two, four, eight, octal, one] = match as [string, ...(string | undefined)[]];
        const hex = two ?? four ?? eight;
        if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
        if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
        return ESCAPES[one!] ?? whole;
      },
    );
}
