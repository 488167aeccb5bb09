import { expect, test } from "vitest";
import type { Problem } from "../tasks/task.ts";
import { chatQuestion } from "./chat-prompt.ts";
import { findTemplate } from "./templates.ts";

const problem: Problem = {
  id: "p",
  split: "train",
  question: "What is 1 + 2?",
  compactQuestion: "1 + 2 =",
  difficulty: 0,
  data: null,
};

test("compact: the question in words of the vocabulary", () => {
  expect(findTemplate("compact")(problem)).toBe("<bos> 1 + 2 = :");
});

test("r1-zero: a conversation in one paragraph, up to where the assistant begins", () => {
  const prompt = findTemplate("r1-zero")(problem);
  expect(prompt).toMatch(/ User: What is 1 \+ 2\? Assistant:$/);
  expect(prompt).toContain("<think> the working out </think> <answer> the answer </answer>");
  expect(prompt).not.toContain("\n");
});

test("chat: the question, and the tags", () => {
  expect(chatQuestion(problem.question)).toMatch(/^What is 1 \+ 2\?\n\n/);
  expect(chatQuestion(problem.question)).toContain("<think> the working out </think> <answer> the answer </answer>");
});

test.each([findTemplate("r1-zero")(problem), chatQuestion(problem.question)])(
  "nothing is said of reflection or strategy",
  (prompt) => {
    expect(prompt).not.toMatch(
      /\b(wait|mistake|but|retry|error|verify|wrong|evaluate|check|reflect|step|try|careful|strategy)\w*\b/i,
    );
  },
);

test.each(["chat", "", "__proto__", "constructor"])("%j is no template", (name) => {
  expect(() => findTemplate(name)).toThrow(
    `Expected \`template\` to be one of compact, r1-zero, got ${JSON.stringify(name)}.`,
  );
});
