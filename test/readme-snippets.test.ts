import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { snippetsOf, withAddedFlags, type Snippet } from "./docs/snippets.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const SNIPPET_MILLISECONDS = 300_000;

function documents(): string[] {
  const docs = existsSync(join(root, "docs"))
    ? readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((name) => join("docs", name))
    : [];
  return ["README.md", ...docs].filter((name) => name.endsWith(".md") && existsSync(join(root, name)));
}

/** A folder like a user's: `aha` and `npx aha` are this checkout, and `aha-rl` can be imported. */
function userFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aha-snippets-"));
  const bin = join(folder, ".bin");
  mkdirSync(bin);
  symlinkSync(join(root, "dist", "cli", "main.js"), join(bin, "aha"));
  writeFileSync(join(bin, "npx"), '#!/bin/sh\nexec "$@"\n');
  chmodSync(join(bin, "npx"), 0o755);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "aha-rl"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  return folder;
}

function execute(
  command: string,
  words: readonly string[],
  folder: string,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const path = `${join(folder, ".bin")}${delimiter}${process.env["PATH"] ?? ""}`;
    const child = spawn(command, words, {
      cwd: folder,
      env: { ...process.env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

function run(snippet: Snippet, folder: string): Promise<{ code: number | null; output: string }> {
  if (snippet.language === "sh") return execute("sh", ["-euc", withAddedFlags(snippet)], folder);
  const file = join(folder, `snippet-${snippet.line}.ts`);
  writeFileSync(file, snippet.code);
  return execute(
    process.execPath,
    ["--import", pathToFileURL(join(root, "node_modules", "tsx", "dist", "loader.mjs")).href, file],
    folder,
  );
}

for (const name of documents()) {
  const snippets = snippetsOf(readFileSync(join(root, name), "utf8"));
  if (snippets.length === 0) continue;
  // The snippets of a document build on each other, so they run in order in one folder.
  describe.sequential(name, () => {
    let folder = "";
    beforeAll(() => void (folder = userFolder()));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    test.each(snippets.map((snippet) => [`line ${snippet.line}`, snippet] as const))(
      "%s",
      async (_line, snippet) => {
        const { code, output } = await run(snippet, folder);
        expect(code, output).toBe(0);
      },
      SNIPPET_MILLISECONDS,
    );
  });
}

describe("finding snippets", () => {
  const text = [
    "# Title",
    "```sh",
    "not this",
    "```",
    '```sh runnable add="--steps 1"',
    "aha zero --seed 1 # a remark",
    "npx aha eval x | tail -1",
    "echo aha",
    "```",
    "````md",
    "```ts runnable",
    "```",
    "````",
  ].join("\n");

  test("only the marked ones, with their lines", () => {
    expect(snippetsOf(text)).toEqual([
      {
        language: "sh",
        code: "aha zero --seed 1 # a remark\nnpx aha eval x | tail -1\necho aha",
        line: 6,
        add: "--steps 1",
      },
    ]);
  });

  test("adds flags to the commands", () => {
    expect(withAddedFlags(snippetsOf(text)[0]!)).toBe(
      "aha zero --seed 1 --steps 1 # a remark\nnpx aha eval x --steps 1 | tail -1\necho aha",
    );
  });

  test("refuses what it can't run", () => {
    expect(() => snippetsOf("```python runnable\n```")).toThrow("Line 1: a runnable snippet is sh or ts, not python.");
    expect(() => snippetsOf("```sh\n")).toThrow("Line 1: a code block has no end.");
  });
});
