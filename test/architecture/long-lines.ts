import ts from "typescript";

/** The width that the formatter writes to, and that comments are wrapped at. */
export const WIDTH = 120;
/** No line of code is longer, but for one text that can't be cut. */
export const LONGEST_LINE = 140;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where texts stand: strings, templates with all that is put into them, regular expressions, text of the page. */
function textSpans(file: ts.SourceFile): Span[] {
  const spans: Span[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isRegularExpressionLiteral(node))
      spans.push({ from: node.getStart(file), to: node.getEnd() });
    else if (ts.isJsxText(node)) spans.push({ from: node.pos, to: node.end });
    else ts.forEachChild(node, visit);
  };
  visit(file);
  return spans;
}

/** Where its comments stand. */
function commentSpans(file: ts.SourceFile, texts: readonly Span[]): Span[] {
  const inText = (at: number): boolean => texts.some(({ from, to }) => at >= from && at < to);
  return [...file.text.matchAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g)]
    .filter(({ index }) => !inText(index))
    .map((match) => ({ from: match.index, to: match.index + match[0].length }));
}

function overlap(span: Span, from: number, to: number): number {
  return Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
}

/**
 * The lines of a file that are too long: a comment beyond the width, or code beyond the longest line, unless a single
 * text makes it so: without it, what is left fits the width.
 *
 * @param path as messages name it
 * @returns one line for each
 */
export function longLines(path: string, text: string): string[] {
  if (text.split("\n").every((line) => line.length <= WIDTH)) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const texts = textSpans(file);
  const comments = commentSpans(file, texts);
  const problems: string[] = [];
  let from = 0;
  for (const [i, line] of text.split("\n").entries()) {
    const to = from + line.length;
    const start = from;
    from = to + 1;
    if (line.length <= WIDTH) continue;
    if (comments.some((comment) => comment.from <= start + WIDTH && comment.to > start + WIDTH)) {
      problems.push(`${path}:${i + 1} is a comment of ${line.length} characters; wrap it at ${WIDTH}.`);
      continue;
    }
    const longest = Math.max(0, ...texts.map((span) => overlap(span, start, to)));
    if (line.length > LONGEST_LINE && line.length - longest > WIDTH)
      problems.push(`${path}:${i + 1} has ${line.length} characters, more than ${LONGEST_LINE}; one thought a line.`);
  }
  return problems;
}
