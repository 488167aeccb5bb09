import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const SOURCE = fileURLToPath(new URL("../src/", import.meta.url));
const ENVIRONMENT = /\benv: (\{ \.\.\.environment \}|childEnvironment\(\)|\{\}|environmentWithoutSecrets\(\))/;
/** Names that start something, by the module that they come from. */
const STARTERS: Readonly<Record<string, RegExp>> = {
  "node:child_process": /^(spawn|spawnSync|fork|exec|execSync|execFile|execFileSync)$/,
  "node:worker_threads": /^Worker$/,
  "node:cluster": /^(fork|default)$/,
};

/** Each start of a process or a thread in a file: its text, with all that is given to it. */
function starts(text: string): string[] {
  const file = ts.createSourceFile("x.ts", text, ts.ScriptTarget.ES2023, true);
  const names = new Set<string>();
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const pattern = STARTERS[node.moduleSpecifier.text] ?? STARTERS[`node:${node.moduleSpecifier.text}`];
      const bindings = node.importClause?.namedBindings;
      if (pattern !== undefined) {
        // A whole module under one name could hide a start.
        if (bindings === undefined || !ts.isNamedImports(bindings)) found.push(node.getText());
        else
          for (const each of bindings.elements)
            if (pattern.test((each.propertyName ?? each.name).text)) names.add(each.name.text);
      }
    }
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const callee = ts.isCallExpression(node.expression)
        ? (node.expression.arguments[0]?.getText() ?? "")
        : node.expression.getText();
      if (names.has(callee)) found.push(node.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const ALL = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !path.includes(".test."))
  .flatMap((path) =>
    starts(readFileSync(`${SOURCE}${path}`, "utf8")).map((text): readonly [string, string] => [
      path.replaceAll("\\", "/"),
      text,
    ]),
  );

test("every process and thread of src/ is given an environment without keys", () => {
  expect(ALL.length).toBeGreaterThanOrEqual(5);
  expect(ALL.filter(([, text]) => !ENVIRONMENT.test(text))).toEqual([]);
});

test("threads are opened in one place", () => {
  expect(ALL.filter(([, text]) => text.startsWith("new ")).map(([path]) => path)).toEqual(["host/open-thread.ts"]);
});

test.each([
  ['import { spawn } from "node:child_process";\nspawn("x", []);', 1],
  ['import { execFile as run } from "child_process";\nrun("x", { env: process.env });', 1],
  ['import { execFile } from "node:child_process";\npromisify(execFile)("x");', 1],
  ['import * as child from "node:child_process";\nchild.spawn("x");', 1],
  ['import { Worker as Thread } from "node:worker_threads";\nnew Thread("x");', 1],
  ["/x/.exec(text);", 0],
])("%j has %i starts, none with an environment of its own", (text, count) => {
  expect(starts(text)).toHaveLength(count);
  expect(starts(text).filter((start) => ENVIRONMENT.test(start))).toEqual([]);
});
