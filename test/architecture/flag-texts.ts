import ts from "typescript";

/** A flag among words, as in `use --to hf`; neither a program's argument nor a colour of the page (`var(--ink)`). */
const FLAG = /(?:\s|(?<!var)\()--[a-z]/;

/**
 * The texts of a file that name a flag of the command line: the library names options. A whole command (`npx aha zero
 * --seed 1`) may be shown.
 */
export function flagTexts(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isJsxText(node);
    if (!isText) return ts.forEachChild(node, visit);
    const words = node.getText(file);
    if (!FLAG.test(words) || /\baha [a-z]/.test(words)) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push(`${path}:${line + 1} names a flag: ${words.trim().slice(0, 80)}`);
  };
  visit(file);
  return found;
}
