/** A part of a template: text as it is, the inside of `{{ }}`, or the inside of `{% %}`. */
export interface TemplatePart {
  readonly kind: "text" | "print" | "statement";
  /** The text, or the source between the braces' words. */
  readonly tokens: readonly JinjaToken[];
  readonly text: string;
}

/** A word inside of braces. */
export interface JinjaToken {
  readonly kind: "name" | "string" | "integer" | "float" | "operator" | "end";
  readonly text: string;
}

/** White space as Python has it. */
export const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const SPACES = new RegExp(`${SPACE}*`, "y");
const ONLY_SPACE = new RegExp(`^${SPACE}*$`);
const TRAILING = new RegExp(`${SPACE}+$`);

const RAW = new RegExp(String.raw`\{%([-+]?)${SPACE}*raw${SPACE}*(?:-%\}${SPACE}*|%\})`, "y");
const END_RAW = new RegExp(String.raw`\{%([-+]?)${SPACE}*endraw${SPACE}*(?:\+%\}|-%\}${SPACE}*|%\}\n?)`, "g");
const OPEN = /\{[%{#]/g;
const TOKEN = new RegExp(
  [
    String.raw`(?<float>(?:\d(?:_?\d)*)(?:\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|[eE][+-]?\d(?:_?\d)*))`,
    String.raw`(?<integer>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|\d(?:_?\d)*)`,
    String.raw`(?<name>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<string>'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")`,
    String.raw`(?<operator>\*\*|//|==|!=|<=|>=|[-+*/%~[\](){}<>=.:|,;])`,
  ].join("|"),
  "uy",
);

/**
 * Cuts a template as Jinja does with `trim_blocks` and `lstrip_blocks`: the newline after a block goes, and so does the
 * white space before one on its line; `-` takes all white space on its side and `+` none.
 *
 * @throws Error for a tag without an end, or a character that belongs to none
 */
export function templateParts(source: string): TemplatePart[] {
  const text = source.replaceAll(/\r\n?/g, "\n").replace(/\n$/, "");
  return new Cutter(text).parts();
}

class Cutter {
  private at = 0;
  /** Whether the last tag took the end of its line with it. */
  private atLineStart = true;
  private readonly found: TemplatePart[] = [];

  constructor(private readonly text: string) {}

  parts(): TemplatePart[] {
    for (let open = this.next(); open !== undefined; open = this.next()) this.tag(open);
    this.addText(this.text.slice(this.at));
    return this.found;
  }

  private next(): number | undefined {
    OPEN.lastIndex = this.at;
    return OPEN.exec(this.text)?.index;
  }

  private tag(open: number): void {
    const kind = this.text[open + 1]!;
    const sign = this.text[open + 2] === "-" || this.text[open + 2] === "+" ? this.text[open + 2]! : "";
    this.addText(this.before(this.at, open, sign, kind !== "{"));
    RAW.lastIndex = open;
    const raw = RAW.exec(this.text);
    if (raw !== null) return this.raw(open + raw[0].length);
    const start = open + 2 + sign.length;
    if (kind === "#") return this.comment(start);
    const close = kind === "{" ? "}}" : "%}";
    const { tokens, end } = this.inside(start, close);
    this.found.push({ kind: kind === "{" ? "print" : "statement", tokens, text: "" });
    this.leave(end, close);
  }

  /** The text before a tag, without what the tag takes. */
  private before(from: number, to: number, sign: string, isBlock: boolean): string {
    const text = this.text.slice(from, to);
    if (sign === "-") return text.replace(TRAILING, "");
    if (sign === "+" || !isBlock) return text;
    const line = text.lastIndexOf("\n") + 1;
    return (line > 0 || this.atLineStart) && ONLY_SPACE.test(text.slice(line)) ? text.slice(0, line) : text;
  }

  private raw(from: number): void {
    this.atLineStart = this.text[from - 1] === "\n";
    END_RAW.lastIndex = from;
    const end = END_RAW.exec(this.text);
    if (end === null) throw new Error("Missing end of raw directive");
    this.addText(this.before(from, end.index, end[1]!, true));
    this.move(end.index + end[0].length);
  }

  private comment(from: number): void {
    const end = this.text.indexOf("#}", from);
    if (end < 0) throw new Error("Missing end of comment tag");
    const sign = this.text[end - 1] === "-" || this.text[end - 1] === "+";
    this.leave(sign && end > from ? end - 1 : end, "#}");
  }

  private inside(from: number, close: string): { readonly tokens: readonly JinjaToken[]; readonly end: number } {
    const tokens: JinjaToken[] = [];
    let depth = 0;
    let at = from;
    for (;;) {
      SPACES.lastIndex = at;
      at += SPACES.exec(this.text)![0].length;
      const signed =
        (this.text[at] === "-" || (this.text[at] === "+" && close === "%}")) && this.text.startsWith(close, at + 1);
      if (depth === 0 && (signed || this.text.startsWith(close, at))) return { tokens: [...tokens, END], end: at };
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(this.text);
      if (match === null)
        throw new Error(at >= this.text.length ? "unexpected end of template" : `unexpected char ${this.text[at]}`);
      const [kind] = Object.entries(match.groups!).find(([, group]) => group !== undefined)!;
      tokens.push({ kind: kind as JinjaToken["kind"], text: match[0] });
      if (/^[([{]$/.test(match[0])) depth++;
      if (/^[)\]}]$/.test(match[0])) depth--;
      if (depth < 0) throw new Error(`unexpected '${match[0]}'`);
      at += match[0].length;
    }
  }

  /** Goes behind a closing tag and what it takes. */
  private leave(at: number, close: string): void {
    const sign = this.text.startsWith(close, at) ? "" : this.text[at]!;
    let end = at + sign.length + close.length;
    if (sign === "-") {
      SPACES.lastIndex = end;
      end += SPACES.exec(this.text)![0].length;
    } else if (sign === "" && close !== "}}" && this.text[end] === "\n") end++;
    this.move(end);
  }

  private move(to: number): void {
    this.at = to;
    this.atLineStart = this.text[to - 1] === "\n";
  }

  private addText(text: string): void {
    if (text !== "") this.found.push({ kind: "text", tokens: [], text });
  }
}

const END: JinjaToken = { kind: "end", text: "end of the tag" };
