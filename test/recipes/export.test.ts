import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { exportRecipe } from "../../src/recipes/export-recipe.ts";
import { findTask } from "../../src/tasks/index.ts";
import { findTemplate } from "../../src/prompts/index.ts";
import { BASE, exported, RECIPE } from "./exported.ts";

interface VerlRow {
  readonly prompt: readonly { readonly content: string }[];
  readonly reward_model: { readonly ground_truth: string };
}

const rowsOf = <T>(folder: string, file: string = "train.jsonl"): T[] =>
  readFileSync(join(folder, file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

test("TRL's rows have the prompts that the base reads here, and the problems' ids", async () => {
  const folder = await exported("trl");
  const problems = findTask("countdown").problems("train");
  const rows = rowsOf<{ readonly prompt: string; readonly problem: string }>(folder);
  const template = findTemplate("compact");
  expect(rows.map(({ problem }) => problem)).toEqual(problems.map(({ id }) => id));
  expect(rows.map(({ prompt }) => prompt)).toEqual(problems.map((problem) => template(problem)));
  expect(rowsOf(folder, "held-out.jsonl").length).toBe(findTask("countdown").problems("heldOut").length);
});

test("an address of samplers, with its password, stays here", async () => {
  const folder = await exported("trl", { samplers: "redis://me:geheim@box:6379" });
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /[.]\w+$/.test(file)))
    expect(readFileSync(join(folder, name), "latin1"), name).not.toContain("geheim");
});

test("verl's rows are messages that the template passes through, and the base's tokens stay", async () => {
  const folder = await exported("verl", { learningRateFloor: 1 });
  const [first] = rowsOf<VerlRow>(folder);
  expect(first!.prompt.map(({ content }) => content)).toEqual([
    findTemplate("compact")(findTask("countdown").problems("train")[0]!),
  ]);
  expect(first!.reward_model.ground_truth).toBe(findTask("countdown").problems("train")[0]!.id);
  const { chat_template: chat, add_bos_token: bos } = JSON.parse(
    readFileSync(join(folder, "model", "tokenizer_config.json"), "utf8"),
  ) as Record<string, unknown>;
  expect([chat, bos]).toEqual(["{% for message in messages %}{{ message['content'] }}{% endfor %}", false]);
  const [own, written] = [await loadCheckpoint(BASE), await loadCheckpoint(join(folder, "model"))];
  expect(written.parameters).toEqual(own.parameters);
  const text = `${first!.prompt[0]!.content} <think> 1 + 1 = 2 </think> <answer> 1 + 1 </answer>`;
  expect(written.tokenizer.encode(text)).toEqual(own.tokenizer.encode(text));
  // Engines decode so: what a reward reads must survive it.
  expect(written.tokenizer.decode(written.tokenizer.encode(text), { skipSpecial: true })).toContain(
    "<think> 1 + 1 = 2 </think> <answer> 1 + 1 </answer>",
  );
});

test("data of one's own: the gold stands in the rows, and the serving command names the data", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aha-recipe-"));
  const data = join(folder, "qa.jsonl");
  const lines = Array.from({ length: 40 }, (_, i) =>
    JSON.stringify({ question: `1 2 ${i} make 3`, answer: String(i) }),
  );
  writeFileSync(data, lines.join("\n"));
  const recipe = join(folder, "recipe.json");
  writeFileSync(recipe, JSON.stringify({ data, template: "compact", steps: 2 }));
  const out = join(folder, "out");
  const { serve } = await exportRecipe(recipe, { to: "trl", out, base: BASE });
  expect(serve).toContain(`aha serve rewards --data ${data}`);
  const golds = rowsOf<{ readonly gold: string }>(out).map(({ gold }) => Number(gold));
  expect(golds.length).toBeGreaterThan(20);
  expect(golds.every((gold) => gold >= 0 && gold < 40)).toBe(true);
});

test("an exported folder and what is printed hold no passwords", async () => {
  const out = mkdtempSync(join(tmpdir(), "aha-recipe-"));
  const recipe = join(out, "options.json");
  const address = (user: string): string => `redis://${user}:hush-hush@box:6379`;
  writeFileSync(recipe, JSON.stringify({ steps: 2, queue: address("judge"), samplers: address("writer") }));
  const folder = join(out, "trl");
  const summary = await exportRecipe(recipe, { to: "trl", out: folder, base: BASE });
  expect(summary.serve).toContain("--queue redis://judge@box:6379");
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const written = files.map(({ name }) => readFileSync(join(folder, name), "utf8"));
  expect(written.some((text) => text.includes("redis://judge@box:6379"))).toBe(true);
  for (const text of [...written, JSON.stringify(summary)]) expect(text).not.toContain("hush-hush");
});

test("what has no counterpart leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aha-recipe-"));
  const recipe = join(folder, "recipe.json");
  writeFileSync(recipe, JSON.stringify({ resampleRounds: 2, minutes: 3 }));
  const out = join(folder, "out");
  await expect(exportRecipe(recipe, { to: "trl", out, base: BASE })).rejects.toThrow("`minutes`");
  expect(existsSync(out)).toBe(false);
});

test.each([
  ["not there", "missing.json", "which is not there"],
  ["no JSON", "broken.json", "Expected JSON"],
  ["a list", "list.json", "Expected an object of options"],
  ["an unknown option", "unknown.json", "groupSise"],
])("a recipe that is %s is refused", async (_what, name, message) => {
  const folder = mkdtempSync(join(tmpdir(), "aha-recipe-"));
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "list.json"), "[]");
  writeFileSync(join(folder, "unknown.json"), '{"groupSise": 4}');
  const options = { to: "trl", out: join(folder, "out"), base: BASE } as const;
  await expect(exportRecipe(join(folder, name), options)).rejects.toThrow(message);
});

test("a folder that holds something is left alone", async () => {
  const folder = await exported("trl");
  await expect(exportRecipe(RECIPE, { to: "trl", out: folder, base: BASE })).rejects.toThrow("new or empty folder");
  expect(readdirSync(folder).sort()).toEqual([
    "README.md",
    "aha_rewards.py",
    "grpo.json",
    "held-out.jsonl",
    "model",
    "recipe.json",
    "train.jsonl",
    "train.py",
  ]);
});
