import { Unreadable } from "./limits.ts";
import { type ListJoint, type MathNode, type RelationSign } from "./node.ts";
import { MeasureParser, type ParseOptions } from "./parse-measure.ts";
import { addRational, rational } from "./rational.ts";
import { tokensOf } from "./tokens.ts";

/** Reads one answer. @throws Unreadable */
export function parseMaths(text: string, options: ParseOptions): MathNode {
  return new Parser(tokensOf(text, options), options).whole();
}

const ENDS: ReadonlySet<string> = new Set([",", ";", ")", "]", "}", "s}", ")>", ")floor", ")ceil", "&", ".", "?"]);
const CLOSING: Readonly<Record<string, string>> = { "<(": ")>", "floor(": ")floor", "ceil(": ")ceil", "{s": "s}" };
const OPENING: ReadonlySet<string> = new Set(["(", "[", "{", "{s", "<(", "floor(", "ceil(", "||"]);
const LONGEST_TEXT = 12;

class Parser extends MeasureParser {
  /** Straight in the braces of a set, where a colon stands before its rule. */
  private inSet = false;
  /** In an interval of the form ]a, b[, which a bracket ends that opens others. */
  private inFrench = false;

  whole(): MathNode {
    while (this.tokens.at(-1)?.kind === "sign" && /^[.,;:]$/.test(this.tokens.at(-1)!.text)) this.tokens.pop();
    if (this.tokens.length === 0) throw new Unreadable("it is empty");
    const node = this.items();
    if (this.peek() !== undefined) this.fail();
    return node;
  }

  /** Elements joined by commas, semicolons, "and" and "or". */
  protected items(): MathNode {
    const rows: MathNode[][] = [[this.entry()]];
    let joint: ListJoint | null = null;
    let semicolons = false;
    while (this.peek() !== undefined) {
      const next = this.joint();
      if (next === null) break;
      if (next === ";") {
        semicolons = true;
        rows.push([]);
      }
      joint = next === "," || next === ";" ? (joint ?? next) : next;
      if (this.peek() === undefined || this.isEnd()) break;
      rows.at(-1)!.push(this.entry());
    }
    if (joint === null) return rows[0]![0]!;
    const filled = rows.filter((row) => row.length > 0);
    const texts = filled.flat().filter(({ kind }) => kind === "text").length;
    if (texts > 0 && texts < filled.flat().length) throw new Unreadable("words and values side by side");
    if (semicolons && filled.some((row) => row.length > 1))
      return { kind: "list", joint: ";", items: filled.map((items) => asList(items)) };
    return { kind: "list", joint, items: filled.flat() };
  }

  private joint(): ListJoint | null {
    let found: ListJoint | null = null;
    for (;;) {
      const token = this.peek();
      if (token?.kind === "sign" && (token.text === "," || token.text === ";")) found ??= token.text;
      else if (this.is("command", "\\")) found ??= ",";
      else if (token?.kind === "word" && (token.text === "and" || token.text === "or")) found = token.text;
      else return found;
      this.at++;
    }
  }

  protected isEnd(): boolean {
    const token = this.peek();
    if (token === undefined) return true;
    if (token.kind === "sign")
      return ENDS.has(token.text) || (token.text === "|" && this.bars > 0) || (token.text === ":" && this.inSet);
    if (token.kind === "word") return token.text === "and" || token.text === "or";
    return token.kind === "relation" || (token.kind === "command" && /^(\\|end .*|choose|over)$/.test(token.text));
  }

  /** A chain of relations, or what stands alone. */
  private entry(): MathNode {
    if (this.is("relation", "=") || this.is("relation", "~")) this.at++;
    const sides: MathNode[] = [this.side()];
    const signs: RelationSign[] = [];
    for (;;) {
      // Lines of `align` hold the mark of a column before their sign or behind it.
      if (this.is("relation", undefined, 1)) this.skip("&");
      const negated = this.is("command", "not");
      if (!this.is("relation", undefined, negated ? 1 : 0)) break;
      if (negated) this.at++;
      const sign = this.take().text as RelationSign;
      if (negated && sign !== "=") throw new Unreadable(`not ${sign}`);
      signs.push(negated ? "!=" : sign);
      sides.push(this.side());
      this.modulus();
    }
    return signs.length === 0 ? sides[0]! : { kind: "relation", sides, signs };
  }

  private modulus(): void {
    if (!this.is("command", "pmod") && !this.is("command", "bmod") && !this.is("command", "mod")) return;
    this.at++;
    this.argument();
  }

  private side(): MathNode {
    this.skip("&");
    if (this.is("word")) return this.text();
    const parts = [this.union()];
    while (this.isSign(":") && !this.inSet && this.peek(1) !== undefined) {
      this.at++;
      const token = this.peek();
      if (token?.kind === "number" && /^0\d$/.test(token.text)) return this.clock(parts[0]!);
      parts.push(this.union());
    }
    const node: MathNode = parts.length === 1 ? parts[0]! : { kind: "ratio", parts };
    this.modulus();
    return this.measured(node);
  }

  private clock(hours: MathNode): MathNode {
    const minutes = this.take().text;
    const half = this.is("word") && /^[ap]m$/i.test(this.peek()!.text) ? this.take().text.toLowerCase() : "";
    if (hours.kind !== "number" || hours.decimals !== 0) throw new Unreadable("a time without hours");
    return { kind: "clock", text: `${hours.value.over}:${minutes}${half}` };
  }

  /** Words: an answer in words, or what stands before a colon or an equals sign. */
  private text(): MathNode {
    const words: string[] = [];
    while (this.peek() !== undefined && !this.isEnd() && !this.isSign(":")) {
      const token = this.take();
      if (
        token.kind === "sign" &&
        (token.text === "'" || token.text === "-" || token.text === "{" || token.text === "}")
      )
        continue;
      if (token.kind !== "word" && token.kind !== "letter" && token.kind !== "function")
        throw new Unreadable(`words and ${JSON.stringify(token.text)} side by side`);
      words.push(token.text.toLowerCase());
      if (words.length > LONGEST_TEXT) throw new Unreadable("running text");
    }
    const relation = this.peek();
    if (relation?.kind === "relation" && relation.text !== "=" && relation.text !== "~")
      throw new Unreadable(`words and ${JSON.stringify(relation.text)} side by side`);
    if (this.skip(":") && !this.isEnd()) {
      const value = this.side();
      return { kind: "relation", sides: [{ kind: "text", words: words.join(" ") }, value], signs: ["="] };
    }
    return { kind: "text", words: words.join(" ") };
  }

  private union(): MathNode {
    let left = this.sum();
    for (;;) {
      if (this.skip("cup")) left = { kind: "union", left, right: this.sum() };
      else if (this.skip("cap")) left = { kind: "intersection", left, right: this.sum() };
      else if (this.skip("setminus")) left = { kind: "difference", left, right: this.sum() };
      else return left;
    }
  }

  protected sum(): MathNode {
    return this.nest(() => {
      const terms = [this.signed()];
      while (this.isSign("+") || this.isSign("-") || this.isSign("+-") || this.isSign("-+")) {
        const isDifference = this.isSign("-") && terms.length === 1 && isSetLike(terms[0]!);
        if (isDifference) {
          this.at++;
          return { kind: "difference", left: terms[0]!, right: this.product() };
        }
        terms.push(this.signed());
      }
      return terms.length === 1 ? terms[0]! : { kind: "sum", terms };
    });
  }

  /** A product with the signs before it. */
  private signed(): MathNode {
    return this.nest(() => {
      if (this.skip("+")) return this.signed();
      if (this.skip("-")) return { kind: "negative", of: this.signed() };
      if (this.skip("+-")) return { kind: "either", sign: 1, of: this.signed() };
      if (this.skip("-+")) return { kind: "either", sign: -1, of: this.signed() };
      return this.product();
    });
  }

  private product(): MathNode {
    const currency = this.currency();
    let node = this.power();
    if (currency !== null) return this.quantity(node, currency);
    let factors: MathNode[] = [node];
    const product = (): MathNode => (factors.length === 1 ? factors[0]! : { kind: "product", factors });
    for (;;) {
      if (this.skip("*") || this.skip("circ")) factors.push(this.operand());
      else if (this.skip("/")) factors = [{ kind: "quotient", over: product(), under: this.operand() }];
      else if (this.startsFactor()) {
        node = this.power();
        const mixed = factors.length === 1 ? mixedNumber(factors[0]!, node) : null;
        if (mixed === null) factors.push(node);
        else factors = [mixed];
      } else if (this.is("number")) factors = [this.mixed(product())];
      else return product();
    }
  }

  /** What stands behind an operator may have a sign of its own: 2 * -3. */
  private operand(): MathNode {
    if (this.skip("-")) return { kind: "negative", of: this.operand() };
    if (this.skip("+")) return this.operand();
    return this.power();
  }

  private startsFactor(): boolean {
    const token = this.peek();
    if (token === undefined) return false;
    if (token.kind === "letter") return !(this.options.units && this.unitAhead() !== null);
    if (token.kind === "function") return true;
    if (token.kind === "command") return !/^(\\|end .*|choose|over|pmod|bmod|mod|not)$/.test(token.text);
    if (token.kind !== "sign") return false;
    if (token.text === "[" && this.inFrench) return false;
    return OPENING.has(token.text) || (token.text === "|" && this.bars === 0);
  }

  /** `3 1/2`; two numbers side by side are nothing else. */
  private mixed(whole: MathNode): MathNode {
    const isFraction = this.is("number") && this.isSign("/", 1) && this.is("number", undefined, 2);
    if (!isFraction || !this.peek()!.spaced) throw new Unreadable("two numbers side by side");
    const over = this.power();
    this.at++;
    const node = mixedNumber(whole, { kind: "quotient", over, under: this.power() });
    if (node === null) throw new Unreadable("two numbers side by side");
    return node;
  }

  /** What a function without brackets is of: `\sin 2x`. */
  protected looseArgument(): MathNode {
    return this.nest(() => {
      if (this.isSign("(") || this.isSign("{")) return this.power();
      if (this.skip("-")) return { kind: "negative", of: this.looseArgument() };
      const factors = [this.power()];
      while ((this.is("letter") || this.is("command", "pi") || this.is("command", "frac")) && this.startsFactor())
        factors.push(this.power());
      return factors.length === 1 ? factors[0]! : { kind: "product", factors };
    });
  }

  protected bracket(): MathNode {
    return this.nest(() => {
      const open = this.take().text;
      if (open === "|" || open === "||") return this.absolute(open);
      if (open === "]") return this.frenchInterval();
      if (!OPENING.has(open)) {
        this.at--;
        if (this.skip("...")) return { kind: "symbol", name: "..." };
        this.fail();
      }
      const { bars, inSet } = this;
      this.inSet = open === "{s";
      // In the braces of a set a bar stands before its rule.
      this.bars = open === "{s" ? 1 : 0;
      if (open === "{s" && this.skip("s}")) return { kind: "set", items: [] };
      const inner = this.items();
      const node = open === "{s" ? this.setOf(inner) : this.closed(open, inner);
      this.bars = bars;
      this.inSet = inSet;
      return node;
    });
  }

  private closed(open: string, inner: MathNode): MathNode {
    const close = open === "(" || open === "[" ? this.expect(")", "]", "[") : this.expect(CLOSING[open]!);
    if (open === "floor(" || open === "ceil(") return { kind: "call", name: open.slice(0, -1), args: [inner] };
    if (inner.kind !== "list") {
      if (close !== { "(": ")", "[": "]", "<(": ")>" }[open]) throw new Unreadable("brackets that don't fit");
      return inner;
    }
    const [from, to] = inner.items;
    if (open !== "<(" && inner.items.length === 2 && inner.joint !== "and" && inner.joint !== "or")
      return { kind: "interval", from: from!, to: to!, openFrom: open === "(", openTo: close !== "]" };
    if (open === "(" && close !== ")") throw new Unreadable("brackets that don't fit");
    return { kind: "tuple", items: inner.items };
  }

  private setOf(inner: MathNode): MathNode {
    if (this.isSign("|") || this.isSign(":")) {
      this.at++;
      const rule = this.items();
      this.expect("s}");
      // { x | rule } is what the rule says; a form before the bar would need more.
      if (inner.kind !== "symbol" && !(inner.kind === "relation" && inner.signs[0] === "in"))
        throw new Unreadable("a set by a rule");
      return rule;
    }
    this.expect("s}");
    return { kind: "set", items: inner.kind === "list" ? inner.items : [inner] };
  }

  private absolute(bar: string): MathNode {
    this.bars++;
    const inner = this.sum();
    this.bars--;
    if (!this.skip(bar)) throw new Unreadable("a bar without its other");
    return { kind: "call", name: "abs", args: [inner] };
  }

  /** ]a, b[ */
  private frenchInterval(): MathNode {
    this.inFrench = true;
    const inner = this.items();
    this.inFrench = false;
    const close = this.expect("[", "]");
    if (inner.kind !== "list" || inner.items.length !== 2) throw new Unreadable("brackets that don't fit");
    return { kind: "interval", from: inner.items[0]!, to: inner.items[1]!, openFrom: true, openTo: close === "[" };
  }
}

function asList(items: readonly MathNode[]): MathNode {
  return items.length === 1 ? items[0]! : { kind: "list", joint: ",", items };
}

function isSetLike({ kind }: MathNode): boolean {
  return kind === "named-set" || kind === "union";
}

/** Three and a half as `3\frac{1}{2}` or `3 1/2`; null where it is a product. */
function mixedNumber(whole: MathNode, part: MathNode): MathNode | null {
  if (whole.kind !== "number" || whole.decimals !== 0 || part.kind !== "quotient") return null;
  const { over, under } = part;
  if (over.kind !== "number" || under.kind !== "number" || over.decimals !== 0 || under.decimals !== 0) return null;
  if (under.value.over === 0n || over.value.over >= under.value.over) return null;
  return {
    kind: "number",
    value: addRational(whole.value, rational(over.value.over, under.value.over)),
    decimals: null,
  };
}
