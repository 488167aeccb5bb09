import { expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import type { Problem } from "../tasks/task.ts";
import { readTemplate } from "./read-template.ts";
import { compactTemplates, textTemplates } from "./template-set.ts";

const problem: Problem = {
  id: "p",
  split: "heldOut",
  question: "Make 25 of 2, 7 and 9.",
  compactQuestion: "2 7 9 make 25",
  difficulty: 0,
  language: "en",
  data: null,
};
const example = {
  problem: { ...problem, id: "e", compactQuestion: "1 2 3 make 6" },
  completion: "<think> 1 + 2 = 3 , 3 + 3 = 6 yes </think> <answer> ( 1 + 2 ) + 3 </answer>",
};

test("compact templates, literally", () => {
  const set = compactTemplates([example], (question) => question.replace("make", "得"));
  expect(set.map(({ name, kind, template }) => [name, kind, template(problem)])).toEqual([
    ["as trained", "training", "<bos> 2 7 9 make 25 :"],
    ["numbers reversed", "paraphrase", "<bos> 9 7 2 make 25 :"],
    ["commas", "paraphrase", "<bos> 2 , 7 , 9 make 25 :"],
    ["equals sign", "paraphrase", "<bos> 2 7 9 = 25 :"],
    ["target first", "paraphrase", "<bos> make 25 2 7 9 :"],
    ["no colon", "paraphrase", "<bos> 2 7 9 make 25"],
    ["other language", "language", "<bos> 2 7 9 得 25 :"],
    [
      "1 worked example",
      "few-shot",
      "<bos> 1 2 3 make 6 : <think> 1 + 2 = 3 , 3 + 3 = 6 yes </think> <answer> ( 1 + 2 ) + 3 </answer> <eos> <bos> 2 7 9 make 25 :",
    ],
  ]);
});

test("templates for text all show the tags and the question", () => {
  for (const { template } of textTemplates([example, example])) {
    const prompt = template(problem);
    expect(prompt).toContain(problem.question);
    for (const tag of ["<think>", "</think>", "<answer>", "</answer>"]) expect(prompt).toContain(tag);
  }
});

test("a template of one's own", () => {
  expect(readTemplate("<think></think><answer></answer> Q: {question}", "mine.txt")(problem)).toBe(
    "<think></think><answer></answer> Q: Make 25 of 2, 7 and 9.",
  );
});

test.each([
  ["Q: {question}", /mine\.txt to show the tags .* <think> and <\/think> and <answer> and <\/answer> are missing/],
  ["<think></think><answer> {question}", /<\/answer> is missing/],
  ["<think></think><answer></answer>", /to hold \{question\} once, got it 0 times/],
  ["{question}{question}<think></think><answer></answer>", /got it 2 times/],
])("refuses %j", (text, message) => {
  expect(() => readTemplate(text, "mine.txt")).toThrow(OptionError);
  expect(() => readTemplate(text, "mine.txt")).toThrow(message);
});
