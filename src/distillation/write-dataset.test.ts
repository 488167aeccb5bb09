import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { CheckpointError } from "../errors.ts";
import { loadExamples } from "../data/load-examples.ts";
import { DROP_REASONS, type DropReason } from "./filter-completions.ts";
import { writeDataset, type DatasetFacts } from "./write-dataset.ts";

const EXAMPLES = [
  { prompt: "2+2", completion: "it is\u2028 4", problemId: "a" },
  { prompt: "3+3", completion: '6 "二"\n', problemId: "b" },
  { prompt: "3+3", completion: "six", problemId: "b" },
];
const dropped = {
  ...(Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>),
  wrong: 7,
  duplicate: 2,
};
const FACTS: DatasetFacts = {
  title: "T",
  source: "models/t (weights 0123abcd)",
  task: "countdown",
  sampling: { samples: 4, temperature: 0.6 },
  sampled: 12,
  dropped,
  rewritten: "none",
};

test("what is written is read again, and the card says where it comes from and what was dropped", async () => {
  const folder = join(temporaryFolder(), "set");
  await writeDataset(folder, EXAMPLES, FACTS);
  await writeDataset(folder, EXAMPLES, FACTS);
  expect(readdirSync(folder).sort()).toEqual(["README.md", "data.jsonl"]);
  expect((await loadExamples(folder)).examples).toEqual(EXAMPLES);
  const card = readFileSync(join(folder, "README.md"), "utf8");
  for (const part of [
    "3 completions of 2 problems",
    "models/t (weights 0123abcd)",
    "temperature 0.6",
    "Sampled: 12",
    "| wrong | 7 |",
    "| duplicate | 2 |",
  ])
    expect(card).toContain(part);
  expect(card).not.toContain("truncated");
});

test("a folder of other things is left alone", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "thesis.txt"), "years");
  await expect(writeDataset(folder, EXAMPLES, FACTS)).rejects.toThrow(CheckpointError);
  expect(readdirSync(folder)).toEqual(["thesis.txt"]);
});
