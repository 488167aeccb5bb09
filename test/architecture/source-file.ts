import ts from "typescript";

/**
 * One import of a file, however it is written: import, export from, import(), import type, new URL(...,
 * import.meta.url).
 */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Something that a source file does, other than import. */
export interface Use {
  readonly name: string;
  readonly line: number;
}

export interface SourceFacts {
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
}

function isTypeOnlyImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  if (clause.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

function isTypeOnlyExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const clause = node.exportClause;
  return (
    clause !== undefined &&
    ts.isNamedExports(clause) &&
    clause.elements.length > 0 &&
    clause.elements.every((element) => element.isTypeOnly)
  );
}

/** The import that a node makes, if it makes one. */
function importOf(node: ts.Node): { specifier: ts.Node | undefined; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) return { specifier: node.moduleSpecifier, typeOnly: isTypeOnlyImport(node) };
  if (ts.isExportDeclaration(node)) return { specifier: node.moduleSpecifier, typeOnly: isTypeOnlyExport(node) };
  if (ts.isImportTypeNode(node))
    return { specifier: ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, typeOnly: true };
  if (
    ts.isCallExpression(node) &&
    (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === "require")
  ) {
    return { specifier: node.arguments[0], typeOnly: false };
  }
  if (
    ts.isNewExpression(node) &&
    node.expression.getText() === "URL" &&
    node.arguments?.[1]?.getText() === "import.meta.url"
  ) {
    return { specifier: node.arguments[0], typeOnly: false };
  }
  return undefined;
}

/** A call or name that the rules speak about, if the node is one. */
function useOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    if (text === "Math.random" || text === "process.exit") return text;
  }
  if (ts.isCallExpression(node) && node.expression.getText() === "eval") return "eval";
  if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === "Function")
    return "Function";
  return undefined;
}

/** Reads what a file imports and which marked things it does. */
export function sourceFacts(path: string, text: string): SourceFacts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  const uses: Use[] = [];
  const visit = (node: ts.Node): void => {
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const found = importOf(node);
    if (found?.specifier !== undefined && ts.isStringLiteralLike(found.specifier)) {
      imports.push({ specifier: found.specifier.text, typeOnly: found.typeOnly, line });
    }
    const use = useOf(node);
    if (use !== undefined) uses.push({ name: use, line });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { imports, uses };
}
