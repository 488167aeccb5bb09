import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program of a sandbox process, and all that it may read of it. */
export interface ChildProgram {
  readonly main: string;
  readonly folder: string;
}

/** What is used of TypeScript. */
interface Compiler {
  readonly ModuleKind: { readonly ESNext: number };
  readonly ScriptTarget: { readonly ES2022: number };
  transpileModule(source: string, options: { readonly compilerOptions: object }): { readonly outputText: string };
}

let program: ChildProgram | undefined;

/** The program as JavaScript: Node's permission flags leave no room for a compiler in the process itself. */
export function childProgram(): ChildProgram {
  program ??= import.meta.url.endsWith(".ts") ? compiledFromSource() : besideThis();
  return program;
}

function besideThis(): ChildProgram {
  const folder = fileURLToPath(new URL("./child", import.meta.url));
  return { main: join(folder, "main.js"), folder };
}

/** In a source checkout the program is TypeScript, and is compiled into a folder of its own. */
function compiledFromSource(): ChildProgram {
  const source = fileURLToPath(new URL("./child", import.meta.url));
  const compiler = createRequire(import.meta.url)("typescript") as Compiler;
  const folder = mkdtempSync(join(tmpdir(), "aha-sandbox-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const name of readdirSync(source).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))) {
    const { outputText } = compiler.transpileModule(readFileSync(join(source, name), "utf8"), {
      compilerOptions: {
        module: compiler.ModuleKind.ESNext,
        target: compiler.ScriptTarget.ES2022,
        rewriteRelativeImportExtensions: true,
      },
    });
    writeFileSync(join(folder, name.replace(/\.ts$/, ".js")), outputText);
  }
  return { main: join(folder, "main.js"), folder };
}
