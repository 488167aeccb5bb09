import { Unreadable } from "./limits.ts";
import { isSymbolic, type MathNode } from "./node.ts";
import { AtomParser, integerNode } from "./parse-atom.ts";
import type { ReadingWay, Token } from "./tokens.ts";
import { isUnitLetter, isUnitRun, MULTIPLIERS, unitOf, type Unit, type UnitPart } from "./units.ts";

/** Which letters behind a number may be a unit. */
export interface ParseOptions extends ReadingWay {
  /** A single letter right behind a digit (`5m`) too. */
  readonly closeLetters: boolean;
}

const CURRENCIES: Readonly<Record<string, string>> = { $: "dollar", "€": "euro", "£": "pound", "¥": "yen" };
const PERCENTS = /^(percent|percentage|pct|percents|percentages)$/i;

/** What stands around a number: a currency, a unit, a percent sign, "million". */
export abstract class MeasureParser extends AtomParser {
  constructor(
    tokens: Token[],
    protected readonly options: ParseOptions,
  ) {
    super(tokens);
  }

  protected abstract isEnd(): boolean;

  protected currency(): string | null {
    const token = this.peek();
    if (token?.kind !== "sign" || !Object.hasOwn(CURRENCIES, token.text)) return null;
    this.at++;
    return CURRENCIES[token.text]!;
  }

  protected quantity(of: MathNode, word: string): MathNode {
    const unit = unitOf([{ word, power: 1 }])!;
    const behind = this.is("word") ? this.multiplied(of) : of;
    return { kind: "quantity", of: behind, unit };
  }

  private multiplied(of: MathNode): MathNode {
    const token = this.peek();
    if (token?.kind !== "word" || !Object.hasOwn(MULTIPLIERS, token.text.toLowerCase())) return of;
    this.at++;
    return { kind: "product", factors: [of, integerNode(MULTIPLIERS[token.text.toLowerCase()]!)] };
  }

  /** A value with the unit, the percent sign or the words behind it. */
  protected measured(value: MathNode): MathNode {
    const node = this.multiplied(value);
    const token = this.peek();
    if (token === undefined || this.isEnd()) return node;
    const suffix = this.currency();
    if (suffix !== null) return this.quantity(node, suffix);
    if (token.kind === "word" && PERCENTS.test(token.text)) {
      this.at++;
      return { kind: "percent", of: node };
    }
    if (token.kind === "word" && token.text.toLowerCase() === "per" && this.is("word", "cent", 1)) {
      this.at += 2;
      return { kind: "percent", of: node };
    }
    if (
      token.kind === "word" &&
      /^degrees?$/i.test(token.text) &&
      (this.peek(1) === undefined || this.at + 1 === this.tokens.length)
    ) {
      this.at++;
      return { kind: "degrees", of: node };
    }
    const unit = this.unitAhead();
    if (unit === null || isSymbolic(node) || node.kind === "degrees") {
      if (token.kind === "word") throw new Unreadable(`words and a value side by side: ${JSON.stringify(token.text)}`);
      return node;
    }
    this.at += unit.length;
    return { kind: "quantity", of: node, unit: unit.unit };
  }

  /** The unit that fills the rest of an element; null where it holds anything else. */
  protected unitAhead(): { readonly unit: Unit; readonly length: number } | null {
    const parts: { word: string; power: number }[] = [];
    const start = this.at;
    let sign = 1;
    let ahead = start;
    const stop = (): boolean => {
      const saved = this.at;
      this.at = ahead;
      const end = this.isEnd();
      this.at = saved;
      return end;
    };
    for (; ahead < start + 24 && !stop(); ahead++) {
      const token = this.tokens[ahead]!;
      if (token.kind === "word" && token.text.toLowerCase() === "per") sign = -1;
      else if (token.kind === "word") parts.push({ word: token.text, power: sign });
      else if (token.kind === "letter" && token.upright && token.text === "a" && parts.length > 0) continue;
      else if (token.kind === "letter" && this.mayBeUnit(token, ahead)) parts.push({ word: token.text, power: sign });
      else if (token.kind === "sign" && token.text === "^") {
        const braced = this.tokens[ahead + 1]?.text === "{";
        const power = this.tokens[ahead + (braced ? 2 : 1)];
        const part = parts.at(-1);
        if (part === undefined || power?.kind !== "number" || !/^[1-4]$/.test(power.text)) return null;
        part.power *= Number(power.text);
        ahead += braced ? 3 : 1;
      } else if (token.kind === "sign" && token.text === "/" && parts.length > 0) sign = -1;
      else if (token.kind !== "sign" || !/^([*{}'-])$/.test(token.text) || (token.text === "*" && parts.length === 0))
        return null;
    }
    if (!stop()) return null;
    const unit = unitOf(parts as readonly UnitPart[]);
    return unit === null ? null : { unit, length: ahead - start };
  }

  private mayBeUnit(token: Token, place: number): boolean {
    if (token.upright) return isUnitLetter(token.text);
    if (!this.options.units || !(isUnitLetter(token.text) || isUnitRun(token.text))) return false;
    return token.spaced || this.options.closeLetters || place !== this.at;
  }
}
