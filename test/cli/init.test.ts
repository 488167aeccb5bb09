import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { newFolder } from "../run/cli-run.ts";
import { tinyChatModel } from "../tiny-chat-model.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = join(root, "dist", "cli", "main.js");

/** Runs the built command, or node, in a folder. */
function run(cwd: string, ...words: readonly string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...words], { cwd, encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}

/** What `npm install` would do: this checkout as aha-rl. */
function install(folder: string): void {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "aha-rl"));
}

function rowsOf(folder: string): Record<string, unknown>[] {
  const lines = readFileSync(join(folder, "data.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("aha init", () => {
  test("the example passes its own test and is trained on", async () => {
    const folder = join(newFolder(), "My task");
    expect(run(newFolder(), main, "init", folder)).toMatchObject({ code: 0, error: "" });
    expect(readdirSync(folder).toSorted()).toEqual(
      [".gitignore", ".npmrc", "README.md", "data.jsonl", "package.json", "task.js", "task.test.js"].toSorted(),
    );
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    expect(about).toMatchObject({ name: "my-task", type: "module", scripts: { test: "node --test" } });
    install(folder);
    const tested = run(folder, "--test");
    expect(tested.out).toMatch(/pass 4\n.*fail 0/);
    expect(tested.code).toBe(0);
    const model = await tinyChatModel();
    const words = "zero --task ./task.js --no-preflight --steps 1 --problems-per-step 2 --group-size 2 --run r --json";
    const trained = run(
      folder,
      main,
      ...words.split(" "),
      "--model",
      model,
      "--max-completion-tokens",
      "8",
      "--evaluation-problems",
      "2",
    );
    expect(trained.error).not.toContain("aha:");
    expect(JSON.parse(trained.out)).toMatchObject({ steps: 1, interrupted: false, after: { problems: 2 } });
  });

  test("its test finds a gold that is wrong and a verifier that takes everything", () => {
    const folder = join(newFolder(), "task");
    run(newFolder(), main, "init", folder);
    install(folder);
    const module = readFileSync(join(folder, "task.js"), "utf8");
    writeFileSync(join(folder, "task.js"), module.replace("verifier.verify(data, answer)", "true"));
    expect(run(folder, "--test")).toMatchObject({
      code: 1,
      out: expect.stringContaining("everything counts as right"),
    });
    writeFileSync(join(folder, "task.js"), module);
    const rows = rowsOf(folder);
    rows[0] = { ...rows[0], answer: "many" };
    writeFileSync(join(folder, "data.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    expect(run(folder, "--test").out).toContain("How many centimetres are 2 metres? many");
  });

  test("--from keeps columns, kind, splits and the gold as it is read", () => {
    const above = newFolder();
    const lines = Array.from({ length: 30 }, (_, i) => ({
      info: { frage: `What is ${i} + ${i}?` },
      antwort: `We add.\n#### ${2 * i}`,
      split: i < 24 ? "train" : "test",
    }));
    writeFileSync(join(above, "qa.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
    const words = ["--from", "qa.jsonl", "--question", "info.frage", "--gold", "antwort", "--extract", "boxed"];
    const made = run(above, main, "init", "sums", ...words, "--json");
    expect(JSON.parse(made.out)).toMatchObject({ rows: 30, kind: "number", question: "frage", gold: "antwort" });
    const folder = join(above, "sums");
    expect(rowsOf(folder)[29]).toEqual({ frage: "What is 29 + 29?", antwort: "58", split: "heldOut" });
    const module = readFileSync(join(folder, "task.js"), "utf8");
    expect(module).toContain('createVerifier("number")');
    expect(module).toContain('extractor("boxed")');
    install(folder);
    expect(run(folder, "--test")).toMatchObject({ code: 0 });
  });

  test("refuses a folder that holds something, and data that are none, and writes nothing", () => {
    const above = newFolder();
    mkdirSync(join(above, "full"));
    writeFileSync(join(above, "full", "notes.txt"), "mine");
    expect(run(above, main, "init", "full")).toMatchObject({
      code: 2,
      error: expect.stringContaining('to be empty or not there, but it holds "notes.txt"; choose another folder.'),
    });
    expect(readdirSync(join(above, "full"))).toEqual(["notes.txt"]);
    writeFileSync(join(above, "few.jsonl"), '{"question": "1 + 1?", "answer": "2"}\n');
    expect(run(above, main, "init", "few", "--from", "few.jsonl")).toMatchObject({
      code: 2,
      error: expect.stringContaining("to keep some apart for measuring, got 1"),
    });
    expect(run(above, main, "init", "none", "--from", "nowhere.jsonl").code).toBe(2);
    expect(readdirSync(above).toSorted()).toEqual(["few.jsonl", "full"]);
  });
});
