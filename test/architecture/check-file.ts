import { posix } from "node:path";
import {
  ENGINE_USERS,
  LONGEST_FILE,
  PACKAGE_HOMES,
  PAGE_FOLDERS,
  PAGE_MAY_USE,
  PURE,
  PURE_EXCEPTIONS,
  ROLLOUT_TYPES_ONLY,
  ROWS,
} from "./house.ts";
import { sourceFacts, type Import } from "./source-file.ts";

/** Where a folder or leaf file stands: its row and its place in the row; undefined if the house doesn't know it. */
function placeOf(folder: string): { row: number; column: number } | undefined {
  for (const [row, folders] of ROWS.entries()) {
    const column = folders.indexOf(folder);
    if (column >= 0) return { row, column };
  }
  return undefined;
}

/** The folder of the house that a path below src/ belongs to; a leaf file stands for itself. */
function folderOf(path: string): string {
  return path.split("/")[0] ?? path;
}

/** Says what is wrong with an import from one folder to another, or undefined. */
function wrongDirection(from: string, to: string, typeOnly: boolean): string | undefined {
  const source = placeOf(from);
  const target = placeOf(to);
  if (source === undefined || target === undefined) return undefined;
  if (target.row > source.row) {
    return `${from} is in row ${source.row} and ${to} above it in row ${target.row}; imports go down. Move this code to ${to}, or what it needs down to row ${source.row} or lower.`;
  }
  if (target.row === source.row && target.column > source.column) {
    return `${to} stands to the right of ${from} in row ${source.row}; imports go left. Move this code to ${to}, or what it needs to ${from} or lower.`;
  }
  if (source.row === 2 && target.row === 1 && !ENGINE_USERS.includes(from)) {
    return `of row 2, only ${ENGINE_USERS.join(", ")} touch the engine (row 1). Move this code to one of them, or to row 3.`;
  }
  if (to === "rollout" && ROLLOUT_TYPES_ONLY.includes(from) && !typeOnly) {
    return `${from} takes only types from rollout. Write \`import type\`, or move the value to ${from} or a folder to the left of rollout.`;
  }
  return undefined;
}

function isOfPage(path: string): boolean {
  return PAGE_FOLDERS.some((folder) => path.startsWith(folder));
}

function checkPackage(path: string, folder: string, { specifier }: Import): string | undefined {
  if (specifier.startsWith("node:")) {
    if (isOfPage(path))
      return "it runs in the page, where there is no node: module. Move this code to dashboard/server.";
    if (!PURE.includes(folder) || path in PURE_EXCEPTIONS) return undefined;
    return `${folder} is pure and runs in a browser, so it imports no node: module. Move this code to runs, to row 3 or to cli.`;
  }
  const homes = PACKAGE_HOMES.find(([pattern]) => pattern.test(specifier))?.slice(1) as readonly string[] | undefined;
  return homes === undefined || homes.includes(folder)
    ? undefined
    : `only ${homes.join(" and ")} ${homes.length === 1 ? "imports" : "import"} that package. Move this code to src/${homes[0]}/.`;
}

function checkImport(path: string, found: Import): string | undefined {
  const folder = folderOf(path);
  if (!found.specifier.startsWith(".")) return checkPackage(path, folder, found);
  const target = posix.join(posix.dirname(path), found.specifier);
  if (target.startsWith(".."))
    return found.specifier.endsWith("package.json") ? undefined : "it leaves src/. Move what it needs into src/.";
  const to = folderOf(target);
  if (isOfPage(path) && !isOfPage(target) && !found.typeOnly && !PAGE_MAY_USE.includes(target)) {
    return `the page takes only types from the rest of src/, and values of ${PAGE_MAY_USE.join(", ")}. Write \`import type\`, or ask the server for it.`;
  }
  if (to === "index.ts") return "index.ts is for users of the package. Import from the folder that defines the name.";
  if (folder === to || path === "index.ts") return undefined;
  if (placeOf(to) === undefined)
    return `the house has no place for ${to}. Add it to test/architecture/house.ts and docs/architecture.md.`;
  return wrongDirection(folder, to, found.typeOnly);
}

function checkUse(path: string, use: string): string | undefined {
  if (use === "Math.random") return "draws come from random.ts alone, or a run could not be repeated.";
  if (use === "process.exit")
    return path === "cli/main.ts" ? undefined : "only cli/main.ts ends the process. Throw an error instead.";
  return "text of a model or a user is never run as code. Parse it.";
}

/**
 * Checks one file against the rules of the house.
 *
 * @param path below src/, with forward slashes: `tasks/countdown.ts`
 * @returns one line for each broken rule; none if all hold
 */
export function checkFile(path: string, text: string): string[] {
  const problems: string[] = [];
  const lines = text.split("\n").length;
  if (lines > LONGEST_FILE)
    problems.push(`src/${path} has ${lines} lines, more than ${LONGEST_FILE}. Split it by concept.`);

  const folder = folderOf(path);
  const { imports, uses } = sourceFacts(path, text);
  for (const { name, line } of uses) {
    const wrong = checkUse(path, name);
    if (wrong !== undefined) problems.push(`src/${path}:${line} uses ${name}: ${wrong}`);
  }
  // A test may look anywhere; it ships nowhere.
  if (path.endsWith(".test.ts")) return problems;

  if (path !== "index.ts" && placeOf(folder) === undefined) {
    problems.push(
      `src/${path}: the house has no place for ${folder}. Add it to test/architecture/house.ts and docs/architecture.md.`,
    );
  }
  for (const found of imports) {
    const wrong = checkImport(path, found);
    if (wrong !== undefined) problems.push(`src/${path}:${found.line} imports ${found.specifier}: ${wrong}`);
  }
  return problems;
}
