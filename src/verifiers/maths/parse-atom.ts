import { MARKS } from "./commands.ts";
import { Cursor } from "./cursor.ts";
import { Unreadable, WIDEST_MATRIX } from "./limits.ts";
import type { MathNode } from "./node.ts";
import {
  decimalFraction,
  multiplyRational,
  ONE,
  rational,
  addRational,
  divideRational,
  integerPower,
  type Rational,
} from "./rational.ts";

const POSTFIX_FUNCTIONS = /^(f|g|h|F|G|H|P|Q|W)$/;
const MATRICES = /^(p|b|B|v|V|small)?matrix$|^array$/;

/** The number of a token: `12`, `.5`, `1e-3`. */
export function numberNode(text: string): MathNode {
  const [, whole = "", part = "", exponent] = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const value = decimalFraction(whole, part, exponent === undefined ? 0 : Number(exponent));
  return { kind: "number", value, decimals: exponent === undefined ? part.length : null };
}

export const integerNode = (value: bigint): MathNode => ({ kind: "number", value: rational(value), decimals: 0 });

/** The smallest parts of an expression: numbers, names, functions, fractions, roots, brackets. */
export abstract class AtomParser extends Cursor {
  /** Absolute values that are open: a bar closes them. */
  protected bars = 0;

  protected abstract sum(): MathNode;
  protected abstract items(): MathNode;
  protected abstract bracket(): MathNode;
  protected abstract looseArgument(): MathNode;

  /** An atom with what stands raised, lowered or behind it. */
  protected power(): MathNode {
    return this.nest(() => {
      let node = this.atom();
      for (;;) {
        if (this.isSign("^") || (this.isSign("**") && this.at + 1 < this.tokens.length)) {
          this.at++;
          node = this.raised(node);
        } else if (this.skip("!")) node = { kind: "call", name: "factorial", args: [node] };
        else if (node.kind !== "percent" && this.skip("%")) node = { kind: "percent", of: node };
        else if (this.skip("deg")) node = { kind: "degrees", of: node };
        else if (node.kind === "degrees" && (this.is("letter", "C") || this.is("letter", "F")))
          node = { kind: "quantity", of: node.of, unit: { name: `degrees ${this.take().text}`, known: null } };
        else if (this.isSign("_") && node.kind === "number") node = this.based(node);
        else return node;
      }
    });
  }

  private raised(base: MathNode): MathNode {
    const braced = this.isSign("{") && (this.isSign("circ", 1) || this.isSign("deg", 1)) && this.isSign("}", 2);
    if (braced || this.isSign("circ") || this.isSign("deg")) {
      this.at += braced ? 3 : 1;
      return { kind: "degrees", of: base };
    }
    const exponent = this.exponent();
    return { kind: "power", base, exponent };
  }

  private exponent(): MathNode {
    if (this.isSign("{")) return this.braces();
    if (this.skip("-")) return { kind: "negative", of: this.exponent() };
    if (this.skip("+")) return this.exponent();
    if (this.isSign("(")) return this.bracket();
    return this.nest(() => this.atom());
  }

  private based(node: MathNode): MathNode {
    this.at++;
    const braced = this.skip("{");
    const base = this.take();
    if (braced) this.expect("}");
    const digits = this.tokens[this.at - (braced ? 4 : 2) - (braced ? 0 : 0)]?.text ?? "";
    const written = node.kind === "number" && node.value.under === 1n ? String(node.value.over) : digits;
    if (base.kind !== "number" || !/^\d{1,2}$/.test(base.text)) throw new Unreadable("a base that is no number");
    return { kind: "based", digits: written, base: Number(base.text) };
  }

  /** `{...}`: a group; with commas in it a set. */
  protected braces(): MathNode {
    this.expect("{");
    const bars = this.bars;
    this.bars = 0;
    if (this.skip("}")) throw new Unreadable("empty braces");
    const inner = this.nest(() => this.items());
    this.bars = bars;
    if (this.is("command", "choose") || this.is("command", "over")) {
      const { text } = this.take();
      const under = this.items();
      this.expect("}");
      return text === "over"
        ? { kind: "quotient", over: inner, under }
        : { kind: "call", name: "binom", args: [inner, under] };
    }
    this.expect("}");
    return inner.kind === "list" ? { kind: "set", items: inner.items, plainBraces: true } : inner;
  }

  /** An argument of a LaTeX command: a group, or one digit or sign. */
  protected argument(): MathNode {
    if (this.isSign("{")) return this.braces();
    const token = this.peek();
    if (token?.kind === "number" && /^\d{2,}$/.test(token.text)) {
      this.tokens.splice(
        this.at,
        1,
        { ...token, text: token.text.slice(0, 1) },
        { ...token, text: token.text.slice(1), spaced: false },
      );
    }
    return this.nest(() => this.atom());
  }

  protected atom(): MathNode {
    const token = this.take();
    if (token.kind === "number") return this.repeating(token.text) ?? numberNode(token.text);
    if (token.kind === "letter") return this.name(token.text, token.upright);
    if (token.kind === "function") return this.call(token.text);
    if (token.kind === "command") return this.command(token.text);
    if (token.kind === "sign") {
      this.at--;
      if (token.text === "{") return this.braces();
      return this.bracket();
    }
    this.at--;
    return this.fail();
  }

  /** `0.1\overline{6}`: its fraction. */
  private repeating(digits: string): MathNode | null {
    const point = /^(\d*)\.(\d*)$/.exec(digits) ?? (this.isSign(".") ? /^(\d+)()$/.exec(digits) : null);
    const offset = this.isSign(".") ? 1 : 0;
    if (point === null || !(this.is("command", "overline", offset) || this.is("command", "dot", offset))) return null;
    if (!this.isSign("{", offset + 1) || !this.is("number", undefined, offset + 2)) return null;
    const repeated = this.peek(offset + 2)!.text;
    if (!/^\d{1,400}$/.test(repeated) || !this.isSign("}", offset + 3)) return null;
    this.at += offset + 4;
    const [, whole = "", part = ""] = point;
    const nines = rational(10n ** BigInt(repeated.length) - 1n);
    const shift = integerPower(rational(10n), BigInt(-part.length));
    const tail: Rational = multiplyRational(divideRational(rational(BigInt(repeated)), nines), shift);
    return { kind: "number", value: addRational(decimalFraction(whole, part), tail), decimals: null };
  }

  private name(letter: string, upright: boolean): MathNode {
    let name = letter;
    let bare = true;
    for (;;) {
      if (this.isSign("_")) {
        this.at++;
        name += `_${this.subscript()}`;
      } else if (this.skip("'") || this.skipPrime()) name += "'";
      else break;
      bare = false;
    }
    if (POSTFIX_FUNCTIONS.test(letter)) {
      if (
        this.isSign("^") &&
        this.isSign("{", 1) &&
        this.isSign("-", 2) &&
        this.isSign("}", 4) &&
        this.isSign("(", 5)
      ) {
        this.at += 5;
        name += "^-1";
      }
      if (this.isSign("(")) return { kind: "unknown-call", name, args: this.arguments() };
    }
    if (bare && letter === "e") return { kind: "constant", name: "e" };
    if (bare && letter === "i" && !upright) return { kind: "constant", name: "i" };
    if (bare && letter === "i") return { kind: "constant", name: "i" };
    return { kind: "symbol", name };
  }

  /** A prime that is written as an exponent. */
  private skipPrime(): boolean {
    const braced = this.isSign("{", 1);
    if (!this.isSign("^") || !this.isSign("'", braced ? 2 : 1) || (braced && !this.isSign("}", 3))) return false;
    this.at += braced ? 4 : 2;
    return true;
  }

  /** What stands lowered, as a part of a name. */
  private subscript(): string {
    if (!this.skip("{")) return this.take().text;
    let text = "";
    for (let open = 1; ;) {
      const token = this.take();
      if (token.text === "{") open++;
      if (token.text === "}" && --open === 0) return text;
      text += token.text;
      if (this.peek() === undefined) return text;
    }
  }

  /** What stands in the brackets behind a function's name. */
  protected arguments(): readonly MathNode[] {
    this.expect("(", "{");
    const bars = this.bars;
    this.bars = 0;
    const inner = this.nest(() => this.items());
    this.bars = bars;
    this.expect(")", "}");
    return inner.kind === "list" ? inner.items : [inner];
  }

  private call(name: string): MathNode {
    if (/^(sqrt|cbrt|abs|floor|ceil|max|min|gcd|lcm|mod|det|binom)$/.test(name)) {
      const args = this.isSign("(") || this.isSign("{") ? this.arguments() : [this.looseArgument()];
      if (name === "sqrt" || name === "cbrt") return rootOf(args[0]!, name === "sqrt" ? 2 : 3);
      return { kind: "call", name, args };
    }
    let base: MathNode | null = null;
    let exponent: MathNode | null = null;
    for (;;) {
      if (this.skip("_")) base = this.argument();
      else if (this.skip("^")) exponent = this.exponent();
      else break;
    }
    const of = this.looseArgument();
    if (exponent !== null && isMinusOne(exponent)) return { kind: "call", name: `arc${name}`, args: [of] };
    const call: MathNode = { kind: "call", name, args: base === null ? [of] : [of, base] };
    return exponent === null ? call : { kind: "power", base: call, exponent };
  }

  private command(name: string): MathNode {
    switch (name) {
      case "frac":
        return { kind: "quotient", over: this.argument(), under: this.argument() };
      case "binom":
        return { kind: "call", name, args: [this.argument(), this.argument()] };
      case "sqrt":
        return this.root();
      case "pi":
        return { kind: "constant", name };
      case "infty":
        return { kind: "constant", name: "infinity" };
      case "emptyset":
      case "varnothing":
        return { kind: "set", items: [] };
      case "mathbb":
        return this.namedSet();
      case "sum":
      case "prod":
        return this.overIntegers(name);
      case "angle":
      case "measuredangle":
      case "triangle":
        return { kind: "unknown-call", name: "angle", args: [this.looseArgument()] };
      default:
        if (MARKS.has(name)) return { kind: "symbol", name: `${name}(${this.marked()})` };
        if (name.startsWith("begin ")) return this.environment(name.slice(6));
        throw new Unreadable(`\\${name} can't be read there`);
    }
  }

  private marked(): string {
    if (!this.isSign("{")) return this.take().text;
    return this.subscript();
  }

  private root(): MathNode {
    if (!this.skip("[")) {
      // sqrt(12) and the sign of a root take all digits.
      if (this.is("number")) return rootOf(numberNode(this.take().text), 2);
      return rootOf(this.isSign("(") ? this.bracket() : this.argument(), 2);
    }
    const degree = this.sum();
    this.expect("]");
    const of = this.argument();
    if (degree.kind === "number" && degree.value.under === 1n && degree.value.over > 1n && degree.value.over < 65n)
      return rootOf(of, Number(degree.value.over));
    return { kind: "power", base: of, exponent: { kind: "quotient", over: integerNode(1n), under: degree } };
  }

  private namedSet(): MathNode {
    const braced = this.skip("{");
    let name = this.take().text;
    if (braced) this.expect("}");
    while (this.isSign("^") || this.isSign("_")) name += `${this.take().text}${this.subscript()}`;
    while (this.isSign("+") && this.peek(1) === undefined) name += this.take().text;
    return { kind: "named-set", name };
  }

  private overIntegers(total: "sum" | "prod"): MathNode {
    let from: MathNode | null = null;
    let to: MathNode | null = null;
    let variable = "";
    while (this.isSign("_") || this.isSign("^")) {
      if (this.take().text === "^") {
        to = this.exponent();
        continue;
      }
      this.expect("{");
      variable = this.take().text;
      if (this.take().text !== "=") throw new Unreadable(`a ${total} without a first value`);
      from = this.sum();
      this.expect("}");
    }
    if (from === null || to === null) throw new Unreadable(`a ${total} without bounds`);
    return { kind: "over-integers", total, variable, from, to, of: this.looseArgument() };
  }

  private environment(name: string): MathNode {
    if (!MATRICES.test(name)) return this.plainEnvironment(name);
    if (name === "array" && this.isSign("{")) this.columnRule();
    const rows: MathNode[][] = [[]];
    while (!this.is("command", `end ${name}`)) {
      if (this.peek() === undefined) throw new Unreadable("a matrix without an end");
      if (this.is("command", "\\")) {
        this.at++;
        rows.push([]);
      } else if (!this.skip("&")) rows.at(-1)!.push(this.nest(() => this.sum()));
    }
    this.at++;
    const filled = rows.filter((row) => row.length > 0);
    const width = filled[0]?.length ?? 0;
    if (width === 0 || filled.some((row) => row.length !== width)) throw new Unreadable("a matrix of uneven rows");
    if (width > WIDEST_MATRIX || filled.length > WIDEST_MATRIX)
      throw new Unreadable(`a matrix of more than ${WIDEST_MATRIX} rows or columns`);
    const matrix: MathNode = { kind: "matrix", rows: filled };
    return name === "vmatrix" ? { kind: "call", name: "det", args: [matrix] } : matrix;
  }

  /** `align*` and its like say nothing of the value. */
  private plainEnvironment(name: string): MathNode {
    if (!/^(align|aligned|cases|equation|gather|gathered|split|math|displaymath)$/.test(name))
      throw new Unreadable(`\\begin{${name}} can't be read`);
    const inner = this.nest(() => this.items());
    if (this.is("command", `end ${name}`)) this.at++;
    return inner;
  }

  private columnRule(): void {
    this.expect("{");
    while (!this.skip("}")) this.take();
  }
}

function isMinusOne(node: MathNode): boolean {
  return (
    node.kind === "negative" &&
    node.of.kind === "number" &&
    node.of.value.over === ONE.over &&
    node.of.value.under === 1n
  );
}

function rootOf(of: MathNode, degree: number): MathNode {
  return { kind: "call", name: "root", args: [of, integerNode(BigInt(degree))] };
}
