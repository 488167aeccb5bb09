import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkFile } from "./architecture/check-file.ts";
import { exportedNames, sharedNames } from "./architecture/exported-names.ts";
import { flagTexts } from "./architecture/flag-texts.ts";
import { LONGEST_FILE, PURE_EXCEPTIONS } from "./architecture/house.ts";
import { nodeModulesReached } from "./architecture/page-reach.ts";
import { longLines } from "./architecture/long-lines.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every TypeScript file below a folder of the project, relative to it, with forward slashes. */
function typeScriptFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.tsx?$/.test(path));
}

describe("the house", () => {
  test("every import of src/ goes down or left", () => {
    const problems = typeScriptFiles("src").flatMap((path) =>
      checkFile(path, readFileSync(join(root, "src", path), "utf8")),
    );
    expect(problems.join("\n")).toBe("");
  });

  test("no file of the tests or examples is too long", () => {
    const long = ["test", "examples", "scripts"]
      .flatMap((folder) => typeScriptFiles(folder).map((path) => `${folder}/${path}`))
      .filter((path) => readFileSync(join(root, path), "utf8").split("\n").length > LONGEST_FILE);
    expect(long).toEqual([]);
  });

  test("no line is too long", () => {
    const problems = ["src", "test", "examples", "scripts"]
      .flatMap((folder) => typeScriptFiles(folder).map((path) => `${folder}/${path}`))
      .flatMap((path) => longLines(path, readFileSync(join(root, path), "utf8")));
    expect(problems.join("\n")).toBe("");
  });

  test("a name that is exported has one meaning", () => {
    // A browser's half has the names of the module that it stands for.
    const files = typeScriptFiles("src").filter((path) => !/\.(test|browser)\.tsx?$/.test(path));
    const shared = sharedNames(new Map(files.map((path) => [path, readFileSync(join(root, "src", path), "utf8")])));
    expect(shared.join("\n")).toBe("");
  });

  test("no text outside the command line names a flag", () => {
    const problems = typeScriptFiles("src")
      .filter((path) => !path.startsWith("cli/") && !/\.test\.tsx?$/.test(path))
      .flatMap((path) => flagTexts(path, readFileSync(join(root, "src", path), "utf8")));
    expect(problems.join("\n")).toBe("");
  });

  test("no node: module is reached from what runs in a tab", () => {
    const entries = typeScriptFiles("src/playground").map((path) => `playground/${path}`);
    expect(
      nodeModulesReached(
        join(root, "src"),
        entries.filter((path) => !path.endsWith(".test.ts")),
      ),
    ).toEqual([]);
  });

  test("a node: module that is reached is told with its way", () => {
    expect(nodeModulesReached(join(root, "src"), ["tasks/index.ts"])).toContain(
      "node:fs <- tasks/load-task.ts <- tasks/index.ts",
    );
  });

  test("every exception still exists", () => {
    const files = typeScriptFiles("src");
    expect(Object.keys(PURE_EXCEPTIONS).filter((path) => !files.includes(path))).toEqual([]);
  });
});

describe("the texts with flags", () => {
  test.each([
    ["an advice", "throw new OptionError(`Expected ${x}; use --to hf.`)", 1],
    ["in brackets", 'const a = "give it a weight (--format-weight)"', 1],
    ["text of the page", "const a = <p>Raise --steps</p>;", 1],
    ["an option", "const a = `use \\`to: hf\\``", 0],
    ["a whole command", "const a = `npx aha pretrain --task ${task}${quick ? ' --quick' : ''}`", 0],
    ["a program's arguments", 'run(["--import", "--expose-gc"])', 0],
    ["a colour", 'const a = "1px solid var(--line)"', 0],
    ["a comment", "// use --to hf", 0],
  ])("%s", (_name, text, count) => {
    expect(flagTexts("x.tsx", text)).toHaveLength(count);
  });
});

describe("the checker", () => {
  const cases: readonly (readonly [name: string, path: string, text: string, problem: RegExp | null])[] = [
    ["down", "rollout/sample.ts", 'import { x } from "../model/decoder.ts";', null],
    ["left in a row", "rewards/accuracy.ts", 'import { x } from "../tasks/countdown.ts";', null],
    ["own folder", "tasks/countdown.ts", 'import { x } from "./task.ts";', null],
    [
      "up",
      "model/decoder.ts",
      'import { x } from "../rollout/sample.ts";',
      /model is in row 3 and rollout above it in row 5/,
    ],
    [
      "right in a row",
      "tasks/countdown.ts",
      'import { x } from "../rewards/sample.ts";',
      /rewards stands to the right of tasks in row 2/,
    ],
    ["up, by a type", "graph/add.ts", 'import type { X } from "../policy/x.ts";', /Move this code to policy/],
    ["up, by export from", "errors.ts", 'export { x } from "./model/x.ts";', /errors\.ts is in row 0/],
    ["up, by import()", "graph/add.ts", 'await import("../cli/main.ts");', /row 10/],
    ["up, by an import type", "graph/add.ts", 'type X = import("../cli/main.ts").X;', /row 10/],
    [
      "up, by a worker's URL",
      "engine/host.ts",
      'new Worker(new URL("../training/worker.ts", import.meta.url));',
      /row 7/,
    ],
    [
      "engine from training",
      "training/x.ts",
      'import { x } from "../graph/x.ts";',
      /only model, losses, policy, bench, formats/,
    ],
    ["engine from losses", "losses/x.ts", 'import { x } from "../graph/x.ts";', null],
    ["onnxruntime outside engine", "graph/x.ts", 'import * as ort from "onnxruntime-node";', /only engine imports/],
    ["onnxruntime in engine", "engine/x.ts", 'import * as ort from "onnxruntime-node";', null],
    ["node: in a pure folder", "tasks/x.ts", 'import { readFileSync } from "node:fs";', /tasks is pure/],
    ["node: elsewhere", "store/x.ts", 'import { readFileSync } from "node:fs";', null],
    [
      "value of the store in the page",
      "dashboard/ui/x.tsx",
      'import { x } from "../../store/x.ts";',
      /the page takes only types/,
    ],
    ["type of the store in the page", "dashboard/ui/x.tsx", 'import type { X } from "../../store/x.ts";', null],
    [
      "figures in the page",
      "dashboard/ui/x.tsx",
      'import { x } from "../../figures/x.ts"; import { y } from "../../draw/axis.ts";',
      null,
    ],
    ["node: in the figures", "draw/x.ts", 'import { readFileSync } from "node:fs";', /there is no node: module/],
    [
      "preact outside the pages",
      "cli/x.ts",
      'import { h } from "preact";',
      /only dashboard and playground import that package/,
    ],
    ["unknown folder", "utils/x.ts", "export {};", /no place for utils/],
    ["import of an unknown folder", "cli/x.ts", 'import { x } from "../utils/x.ts";', /no place for utils/],
    ["out of src", "cli/x.ts", 'import { x } from "../../test/x.ts";', /leaves src/],
    ["the package's own version", "cli/x.ts", 'new URL("../../package.json", import.meta.url);', null],
    ["from the index", "cli/x.ts", 'import { x } from "../index.ts";', /index\.ts is for users/],
    ["the index itself", "index.ts", 'export { x } from "./cli/x.ts";', null],
    ["Math.random", "tasks/x.ts", "const x = Math.random();", /random\.ts alone/],
    ["Math.random in a test", "tasks/x.test.ts", "const x = Math.random();", /random\.ts alone/],
    ["eval", "tasks/x.ts", "eval('1');", /Parse it/],
    ["new Function", "tasks/x.ts", "new Function('return 1')();", /Parse it/],
    ["process.exit in a library", "store/x.ts", "process.exit(1);", /only cli\/main\.ts ends the process/],
    ["a long file", "tasks/x.ts", "\n".repeat(LONGEST_FILE), /401 lines, more than 400/],
    ["a test looks anywhere", "tasks/x.test.ts", 'import { x } from "../cli/x.ts";', null],
    ["an import in a comment", "tasks/x.ts", '// import { x } from "../cli/x.ts";', null],
  ];
  test.each(cases)("%s", (_name, path, text, problem) => {
    const found = checkFile(path, text);
    if (problem === null) expect(found).toEqual([]);
    else {
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(problem);
    }
  });

  test("names the file, the line and the import", () => {
    expect(checkFile("tasks/x.ts", '\nimport { x } from "../cli/x.ts";')[0]).toMatch(
      /^src\/tasks\/x\.ts:2 imports \.\.\/cli\/x\.ts: /,
    );
  });
});

describe("the checker of lines", () => {
  const long = "x".repeat(150);
  const sum = Array.from({ length: 30 }, (_, i) => `name${i}`).join(" + ");
  test.each([
    ["short", "const x = 1;", 0],
    ["a text that can't be cut", `const x = "${long}";`, 0],
    ["a template with what is put into it", `const x = \`${long}\${y}${long}\`;`, 0],
    ["a regular expression", `const x = /${long}/;`, 0],
    ["text of the page", `const x = <p>${long}</p>;`, 0],
    ["code", `const x = ${sum};`, 1],
    ["a text of which little is too long", `const x = ${sum} + "text";`, 1],
    ["two texts", `const x = ["${"a".repeat(130)}", "${"b".repeat(130)}"];`, 1],
    ["a comment", `// ${"word ".repeat(25)}`, 1],
    ["a comment of many lines", `/**\n * ${"word ".repeat(25)}\n */`, 1],
    ["a comment behind code", `const x = 1; // ${"word ".repeat(25)}`, 1],
    ["what looks like a comment in a text", `const x = "https://${long}";`, 0],
    ["a comment of just the width", `// ${"x".repeat(117)}`, 0],
  ])("%s", (_name, text, problems) => {
    expect(longLines("x.tsx", text)).toHaveLength(problems);
  });

  test("names the file and the line", () => {
    expect(longLines("src/x.ts", `\n// ${"word ".repeat(25)}`)[0]).toMatch(/^src\/x\.ts:2 is a comment of 128/);
  });
});

describe("the checker of names", () => {
  test("finds every kind of export, and no other name", () => {
    const text = [
      "export const a = 1, b = 2;",
      "export function c(): void {}",
      "export class D {}",
      "export interface E {}",
      "export type F = E;",
      "export default function start(): void {}",
      'export { other } from "./other.ts";',
      "const g = 1;",
    ].join("\n");
    expect(exportedNames("x.ts", text)).toEqual(["a", "b", "c", "D", "E", "F"]);
  });

  test("names a name of two files, not an overload", () => {
    const files = new Map([
      ["a/x.ts", "export interface Report {}\nexport function f(x: 1): 1;\nexport function f(x: 2): 2 {}"],
      ["b/y.ts", "export type Report = string;\nexport const g = 1;"],
    ]);
    expect(sharedNames(files)).toEqual(["Report is exported by a/x.ts and b/y.ts; give each its own word."]);
  });
});
