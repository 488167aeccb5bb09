import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkFile } from "./architecture/check-file.ts";
import { LONGEST_FILE, PURE_EXCEPTIONS } from "./architecture/house.ts";

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

  test("every exception still exists", () => {
    const files = typeScriptFiles("src");
    expect(Object.keys(PURE_EXCEPTIONS).filter((path) => !files.includes(path))).toEqual([]);
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
      /model is in row 1 and rollout above it in row 2/,
    ],
    [
      "right in a row",
      "tasks/countdown.ts",
      'import { x } from "../rollout/sample.ts";',
      /rollout stands to the right of tasks in row 2/,
    ],
    ["up, by a type", "graph/add.ts", 'import type { X } from "../update/x.ts";', /Move this code to update/],
    ["up, by export from", "errors.ts", 'export { x } from "./model/x.ts";', /errors\.ts is in row 0/],
    ["up, by import()", "graph/add.ts", 'await import("../cli/main.ts");', /row 4/],
    ["up, by an import type", "graph/add.ts", 'type X = import("../cli/main.ts").X;', /row 4/],
    [
      "up, by a worker's URL",
      "onnx/host.ts",
      'new Worker(new URL("../training/worker.ts", import.meta.url));',
      /row 3/,
    ],
    [
      "engine from rewards",
      "rewards/x.ts",
      'import { x } from "../graph/x.ts";',
      /only rollout, losses, update touch the engine/,
    ],
    ["engine from losses", "losses/x.ts", 'import { x } from "../graph/x.ts";', null],
    ["value of rollout in runs", "runs/x.ts", 'import { x } from "../rollout/x.ts";', /takes only types from rollout/],
    ["type of rollout in runs", "runs/x.ts", 'import { type X } from "../rollout/x.ts";', null],
    [
      "onnxruntime outside onnx",
      "graph/x.ts",
      'import * as ort from "onnxruntime-node";',
      /only onnx imports that package/,
    ],
    ["onnxruntime in onnx", "onnx/x.ts", 'import * as ort from "onnxruntime-node";', null],
    ["node: in a pure folder", "tasks/x.ts", 'import { readFileSync } from "node:fs";', /tasks is pure/],
    ["node: elsewhere", "runs/x.ts", 'import { readFileSync } from "node:fs";', null],
    [
      "value of runs in the page",
      "dashboard/ui/x.tsx",
      'import { x } from "../../runs/x.ts";',
      /the page takes only types/,
    ],
    ["type of runs in the page", "dashboard/ui/x.tsx", 'import type { X } from "../../runs/x.ts";', null],
    [
      "charts in the page",
      "dashboard/ui/x.tsx",
      'import { x } from "../charts/x.ts"; import { y } from "../../axis.ts";',
      null,
    ],
    [
      "node: in the charts",
      "dashboard/charts/x.ts",
      'import { readFileSync } from "node:fs";',
      /there is no node: module/,
    ],
    ["preact outside the dashboard", "cli/x.ts", 'import { h } from "preact";', /only dashboard imports that package/],
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
    ["process.exit in a library", "runs/x.ts", "process.exit(1);", /only cli\/main\.ts ends the process/],
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
