import { expect, test } from "vitest";
import { distilText } from "./commands/distil.ts";
import { budgetsText, templatesText } from "./commands/eval.ts";
import { r1Text } from "./commands/r1.ts";
import { reproduceText } from "./commands/reproduce.ts";
import { rewardModelText } from "./commands/reward-model.ts";
import { previewText } from "./commands/preview.ts";
import { planText } from "./plan-text.ts";

test("a plan says what is done, what is left, and how long that takes", () => {
  const stage = { title: "t", folder: "f", expectedSeconds: 100, seconds: 0 };
  const text = planText([
    { ...stage, name: "one", state: "cached", seconds: 65 },
    { ...stage, name: "two", state: "half done" },
    { ...stage, name: "three", state: "to do" },
  ]);
  expect(text).toContain("cached     one    t  took 1 min 5 s");
  expect(text).toContain("2 of 3 stages are to be done, in about 3 min 20 s on two cores.");
  expect(planText([{ ...stage, name: "one", state: "cached" }])).toContain("Everything is done.");
});

test("the table of R1 has a column for each model", () => {
  const row = {
    folder: "runs/r1/x",
    accuracy: 0.8,
    standardError: 0.01,
    meanLength: 70,
    selfCorrectionShare: 0.7,
    languageMixing: 0.3,
    formatShare: 0.93,
    truncatedShare: 0.05,
    preference: null,
  };
  const text = r1Text({
    folder: "runs/r1",
    seconds: 600,
    rows: [
      { ...row, model: "Zero" },
      { ...row, model: "R1", languageMixing: null, preference: 0.98 },
    ],
  });
  expect(text).toMatch(/right answers +80\.0 % ± 1\.0 +80\.0 % ± 1\.0/);
  expect(text).toMatch(/words in another language +30\.0 % +-/);
  expect(text).toContain("The final model is in runs/r1/x/final");
});

test("distillation, with and without a comparison and a teacher's accuracy", () => {
  const data = { folder: "d", examples: 10, sampled: 20, dropped: {} as never, sampledTokens: 100 };
  const student = {
    seed: 1,
    folder: "runs/s",
    base: 0.1,
    distilled: 0.6,
    distilSeconds: 60,
    direct: null,
    directSeconds: null,
  };
  expect(distilText({ folder: "runs/distill", teacher: null, data, students: [student] })).toMatch(
    /^10 of its 20 completions/,
  );
  const compared = distilText({
    folder: "runs/distill",
    teacher: 0.87,
    data,
    students: [{ ...student, direct: 0.4, directSeconds: 100 }],
  });
  expect(compared).toMatch(/^The teacher is right in 87\.0 %\. 10 of/);
  expect(compared).toContain("RL alone");
});

test("templates and budgets", () => {
  const row = {
    name: "as trained",
    kind: "training" as const,
    accuracy: 0.5,
    standardError: 0.02,
    formatShare: 0.9,
    truncatedShare: 0.1,
    meanLength: 60,
    judged: 90,
    unverifiable: { count: 10, reasons: [{ reason: "timed out", count: 10 }] },
    difference: -0.1,
    differenceError: 0.01,
  };
  const text = templatesText({
    rows: [row],
    skipped: [{ name: "x\u001b[31m", reason: "too long" }],
    spread: 0.25,
    fewShotEffect: -0.3,
  });
  expect(text).toContain("-10.0 ± 1.0");
  expect(text).toContain("Of as trained, 10 unverifiable (timed out).");
  expect(text).toContain(
    "Spread over the zero-shot templates: 25.0 points. Worked examples change accuracy by -30.0 points.",
  );
  expect(text).not.toContain("\u001b");
  expect(budgetsText([{ k: 4, budget: 64, passAtK: 0.9, majorityVote: 0.6, majorityError: 0.01 }])).toMatch(
    /64 tokens +4 +90\.0 % +60\.0 % ± 1\.0/,
  );
});

test("a reward model and a reproduction", () => {
  expect(
    rewardModelText({
      folder: "m",
      pairs: 100,
      testPairs: 10,
      testAccuracy: 0.8,
      longerChosen: 0.5,
      loss: 0.4,
      seconds: 20,
    }),
  ).toContain("It prefers the chosen side in 80.0 % of 10 pairs");
  expect(
    reproduceText({ report: "claims.md", claims: [{ claim: "aha", conclusion: "reproduced" }], seconds: 60 }),
  ).toContain("aha  reproduced");
});

test("a preview shows the prompt and its tokens, special ones marked, all safe to show", () => {
  const prompt = {
    problem: "p1",
    text: "<s>2\u001b[2J\nmake",
    tokens: [
      { id: 1, piece: "<s>", special: true },
      { id: 120, piece: " 2\u001b[2J\n", special: false },
      { id: 7, piece: "\\xE2", special: false },
    ],
    room: 17,
  };
  expect(
    previewText({
      template: "r1-zero",
      task: "t",
      unshown: "Not all.",
      prompts: [prompt, { ...prompt, tokens: [], room: 0 }],
    }),
  ).toBe(`Task t, template r1-zero.
Not all.

p1: 3 tokens, 17 left for the completion
  | <s>2\\u001b[2J
  | make
    1  <s>  special
  120  " 2\\u001b[2J\\n"
    7  "\\xE2"

p1: 0 tokens, too long for the model's context by 1 with the first token of a completion
  | <s>2\\u001b[2J
  | make
`);
});
