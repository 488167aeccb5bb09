/**
 * Counts the functions that an option walks through (docs/decisions/0007): those of which a parameter's type has a
 * property of that name, itself or in the object of one of its properties (`setting.options.groupSize`).
 *
 *   npx tsx scripts/option-walk.ts clipEpsilonHigh groupSize temperature
 *   npx tsx scripts/option-walk.ts --list groupSize       names them
 *   npx tsx scripts/option-walk.ts --root ELSEWHERE ...   in another working tree
 */
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: "string", default: "." }, list: { type: "boolean", default: false } },
});
const root = join(process.cwd(), values.root === "." ? "" : relative(process.cwd(), values.root));
const config = ts.getParsedCommandLineOfConfigFile(
  join(root, "tsconfig.json"),
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
    },
  },
)!;
const program = ts.createProgram(config.fileNames, config.options);
const checker = program.getTypeChecker();
const source = join(root, "src");

function isOwn(symbol: ts.Symbol | undefined): boolean {
  return symbol?.declarations?.some((node) => node.getSourceFile().fileName.startsWith(source)) ?? false;
}

/** Whether a type has the property, or one of its objects does. */
function holds(type: ts.Type, name: string, deep: boolean): boolean {
  const plain = checker.getNonNullableType(type);
  if (plain.flags & ts.TypeFlags.Any) return false;
  if (plain.getProperty(name) !== undefined) return true;
  if (!deep) return false;
  return plain
    .getProperties()
    .filter(isOwn)
    .some((property) => {
      const value = checker.getTypeOfSymbol(property);
      return value.getCallSignatures().length === 0 && holds(value, name, false);
    });
}

/** The functions of the source that take the option, by file and name. */
function walked(name: string, deep: boolean): string[] {
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.startsWith(source)) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
        const takes = node.parameters.some((each) => holds(checker.getTypeAtLocation(each), name, deep));
        if (takes) found.push(`${relative(root, file.fileName)} ${nameOf(node, file)}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

function nameOf(node: ts.SignatureDeclaration, file: ts.SourceFile): string {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return named?.getText(file) ?? `(line ${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1})`;
}

for (const name of positionals) {
  for (const deep of [false, true]) {
    const functions = walked(name, deep);
    const files = new Set(functions.map((each) => each.split(" ")[0]));
    const where = deep ? "also within one object" : "as a field of a parameter";
    process.stdout.write(`${name}, ${where}: ${functions.length} functions in ${files.size} files\n`);
    if (values.list) process.stdout.write(`${functions.map((each) => `  ${each}`).join("\n")}\n`);
  }
}
