import type { Expression, JinjaNode, MacroNode, Parameter, Target } from "./nodes.ts";
import { ExpressionReader } from "./parse-expression.ts";
import { templateParts, type TemplatePart } from "./template-tokens.ts";

/**
 * Reads a chat template: Jinja's statements but those that load other templates, `break` and `continue`, and the
 * `generation` of transformers.
 *
 * @throws Error naming the word where the text isn't Jinja
 */
export function parseTemplate(source: string): readonly JinjaNode[] {
  return new StatementReader(templateParts(source)).until([]);
}

class StatementReader {
  private at = 0;
  private loops = 0;

  constructor(private readonly found: readonly TemplatePart[]) {}

  /** Nodes up to one of these words, which stays to be read; up to the end where there are none. */
  until(ends: readonly string[]): readonly JinjaNode[] {
    const body: JinjaNode[] = [];
    for (; this.at < this.found.length; this.at++) {
      const { kind, text, tokens } = this.found[this.at]!;
      if (kind === "text") body.push({ type: "text", text });
      else if (kind === "print") body.push({ type: "print", value: whole(tokens) });
      else {
        const word = tokens[0]!.text;
        if (ends.includes(word)) return body;
        body.push(this.statement(word, this.open()));
      }
    }
    if (ends.length > 0) throw new Error(`expected {% ${ends.join(" %} or {% ")} %}, got the end of the template`);
    return body;
  }

  /** The words of the tag at hand after its first. */
  private open(): ExpressionReader {
    const words = new ExpressionReader(this.found[this.at]!.tokens);
    words.name();
    return words;
  }

  private body(...ends: readonly string[]): { readonly body: readonly JinjaNode[]; readonly end: string } {
    this.at++;
    const body = this.until(ends);
    const end = this.found[this.at]!.tokens[0]!.text;
    if (end.startsWith("end") || end === "else") this.open().finish();
    return { body, end };
  }

  private statement(word: string, words: ExpressionReader): JinjaNode {
    switch (word) {
      case "if":
        return this.conditional(words);
      case "for":
        return this.loop(words);
      case "set":
        return this.assignment(words);
      case "macro":
        return this.macro(words);
      case "call":
        return this.call(words);
      case "filter": {
        const filters = words.filters();
        words.finish();
        return { type: "filter-block", filters, body: this.body("endfilter").body };
      }
      case "with":
        return this.with(words);
      case "generation":
        words.finish();
        return { type: "scope", body: this.body("endgeneration").body };
      case "break":
      case "continue":
        words.finish();
        if (this.loops === 0) throw new Error(`${word} outside of a loop`);
        return { type: word };
      default:
        throw new Error(`Encountered unknown tag '${word}'`);
    }
  }

  private conditional(words: ExpressionReader): JinjaNode {
    const test = words.tuple(false);
    words.finish();
    const { body, end } = this.body("elif", "else", "endif");
    if (end === "endif") return { type: "if", test, body, otherwise: [] };
    if (end === "elif") return { type: "if", test, body, otherwise: [this.conditional(this.open())] };
    return { type: "if", test, body, otherwise: this.body("endif").body };
  }

  private loop(words: ExpressionReader): JinjaNode {
    const target = words.target(["in"]);
    words.expect("in");
    const over = words.tuple(false, ["recursive"]);
    const test = words.skip("if") ? words.expression() : null;
    const recursive = words.skip("recursive");
    words.finish();
    this.loops++;
    const { body, end } = this.body("else", "endfor");
    this.loops--;
    const otherwise = end === "else" ? this.body("endfor").body : [];
    return { type: "for", target, over, test, recursive, body, otherwise };
  }

  private assignment(words: ExpressionReader): JinjaNode {
    const target = words.target(["="]);
    if (words.skip("=")) {
      const value = words.tuple();
      words.finish();
      return { type: "set", target, value };
    }
    const filters = words.skip("|") ? words.filters() : [];
    words.finish();
    return { type: "set-block", target, filters, body: this.body("endset").body };
  }

  private with(words: ExpressionReader): JinjaNode {
    const targets: (readonly [Target, Expression])[] = [];
    while (!words.isEnd) {
      if (targets.length > 0) words.expect(",");
      const target = words.target(["="]);
      words.expect("=");
      targets.push([target, words.expression()]);
    }
    return { type: "with", targets, body: this.body("endwith").body };
  }

  private macro(words: ExpressionReader): JinjaNode {
    const name = words.name();
    const parameters = readParameters(words);
    words.finish();
    return this.macroBody(name, parameters, "endmacro");
  }

  private call(words: ExpressionReader): JinjaNode {
    const parameters = words.is("(") ? readParameters(words) : [];
    const call = words.expression();
    words.finish();
    if (call.type !== "call") throw new Error("expected call");
    return { type: "call-block", call, macro: this.macroBody("caller", parameters, "endcall") };
  }

  private macroBody(name: string, parameters: readonly Parameter[], end: string): MacroNode {
    const outer = this.loops;
    this.loops = 0;
    const { body } = this.body(end);
    this.loops = outer;
    return { type: "macro", name, parameters, body };
  }
}

function whole(tokens: TemplatePart["tokens"]): Expression {
  const words = new ExpressionReader(tokens);
  const value = words.tuple();
  words.finish();
  return value;
}

function readParameters(words: ExpressionReader): Parameter[] {
  const parameters: Parameter[] = [];
  words.expect("(");
  while (!words.skip(")")) {
    if (parameters.length > 0) words.expect(",");
    if (words.skip(")")) break;
    const name = words.name();
    const otherwise = words.skip("=") ? words.expression() : null;
    if (otherwise === null && (parameters.at(-1)?.otherwise ?? null) !== null)
      throw new Error("non-default argument follows default argument");
    parameters.push({ name, otherwise });
  }
  return parameters;
}
