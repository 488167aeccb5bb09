import { describe, expect, test } from "vitest";
import { dataFile, jsonLines } from "../../test/contracts/data-files.ts";
import { loadExamples } from "./load-examples.ts";
import { questionId } from "./normal-question.ts";
import { dataTask } from "./open-data-task.ts";
import type { SourceExample } from "./training-example.ts";

const question = (i: number): string => `What is ${i} + 1?`;
const rows = (count: number, more: (i: number) => object = () => ({})): object[] =>
  Array.from({ length: count }, (_, i) => ({ question: question(i), answer: String(i + 1), ...more(i) }));
const file = (all: readonly object[], name = "qa.jsonl"): string => dataFile(name, jsonLines(...all));
const asked = ({ prompt }: SourceExample): string => (typeof prompt === "string" ? prompt : prompt.at(-1)!.content);

async function measured(path: string): Promise<Set<string>> {
  const task = await dataTask(path);
  return new Set([...task.problems("heldOut"), ...task.problems("validation")].map((one) => questionId(one.question)));
}

describe("what is learnt of questions with golds", () => {
  test("is none that an evaluation of the same data measures on, in whatever dress", async () => {
    const dressed = rows(200).map((row, i) => ({ ...row, question: `  what is ${i} + 1 ?? ` }));
    const path = file([...rows(200), ...dressed]);
    const { examples, kept } = await loadExamples(path);
    const held = await measured(path);
    expect(held.size).toBeGreaterThan(10);
    expect(examples.filter((one) => held.has(questionId(asked(one))))).toEqual([]);
    expect(examples).toHaveLength(2 * (200 - held.size));
    expect(kept).toBe(
      `${held.size} questions are kept to measure on (by a hash of the question, as everywhere): \`data\` of an evaluation takes those alone.`,
    );
  });

  test("a question without a gold is kept apart with the one that has it", async () => {
    const path = file([...rows(100), ...rows(100, () => ({ answer: "" }))]);
    const held = await measured(file(rows(100)));
    const { examples } = await loadExamples(path, { skipUnreadable: true });
    expect(examples.filter((one) => held.has(questionId(asked(one))))).toEqual([]);
  });

  test("by the data's own split", async () => {
    const path = file(rows(40, (i) => ({ split: i < 30 ? "train" : "test" })));
    const { examples, kept } = await loadExamples(path);
    expect(examples.map(asked)).toEqual(Array.from({ length: 30 }, (_, i) => question(i)));
    expect(kept).toMatch(/^10 questions are kept to measure on \(by the data's own split\)/);
  });

  test("all but those of data to measure on, where these are apart", async () => {
    const apart = file(rows(3), "eval.jsonl");
    const { examples } = await loadExamples(file(rows(40)), { evalData: apart });
    expect(examples.map(asked)).toEqual(Array.from({ length: 37 }, (_, i) => question(i + 3)));
  });

  test("all of twenty, which is said", async () => {
    const { examples, kept } = await loadExamples(file(rows(20)));
    expect(examples).toHaveLength(20);
    expect(kept).toMatch(/^So few questions are all learnt/);
  });

  test("by the columns that are named, where golds could be read in two ways", async () => {
    const path = file(rows(60, (i) => ({ gold: String(i) })));
    const { examples } = await loadExamples(path, { completion: "answer" });
    expect(examples.length).toBeGreaterThan(30);
    expect(examples.length).toBeLessThan(60);
  });
});

describe("what has no golds is learnt whole", () => {
  const written = Array.from({ length: 60 }, (_, i) => ({ prompt: question(i), completion: String(i + 1) }));
  test("prompts that are written, with their completions", async () => {
    const { examples, kept } = await loadExamples(file(written));
    expect(examples).toEqual(written);
    expect(kept).toBe("");
  });

  test("but for rows that say they are not for training", async () => {
    const { examples, kept } = await loadExamples(
      file(written.map((row, i) => ({ ...row, split: i < 50 ? "train" : "validation" }))),
    );
    expect(examples).toHaveLength(50);
    expect(kept).toMatch(/"split" is not for training/);
  });

  test("conversations", async () => {
    const chat = (i: number): object => ({
      messages: [
        { role: "user", content: question(i) },
        {
          role: "assistant",
          reasoning_content: "Let me see.",
          content: `Well,\nit comes to ${i}, ${"I think. ".repeat(9)}`,
        },
      ],
    });
    const { examples, kept } = await loadExamples(file(Array.from({ length: 60 }, (_, i) => chat(i))));
    expect(examples).toHaveLength(60);
    expect(kept).toBe("");
    expect(examples[0]!.completion).toMatch(/^<think>\nLet me see\.\n<\/think>\n\nWell,/);
  });
});
