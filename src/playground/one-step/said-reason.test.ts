import { expect, test } from "vitest";
import { parseCompletion } from "../../prompts/parse-completion.ts";
import { createCountdown } from "../../tasks/countdown/countdown.ts";
import zh from "../words/zh.json" with { type: "json" };
import en from "../words/en.json" with { type: "json" };
import { saidReason } from "./said-reason.ts";

const task = createCountdown();
const problem = task.problems("train").find(({ data: { target } }) => target > 20)!;

/** Answers that are wrong in every way that the checker tells. */
const [first, second, third] = problem.data.numbers as readonly [number, number, number];
const WRONG = [
  `${first} - ${second} - ${third}`,
  `${first} + ${second} + ${third} = 9999`,
  `${first} + ${first} + ${first} + ${first}`,
  `${first} + 99`,
  `${first}`,
  "one",
  "( 1 +",
  "1 / 0",
  "1234567890123",
  "(".repeat(190),
  "1 + ".repeat(80),
];
const MALFORMED = [
  "",
  "<answer> 1",
  "<think> 1 <answer> 1 </answer>",
  "<answer> 1 </answer> <answer> 1 </answer>",
  "<answer> <think> 1 </think> 1 </answer>",
];
/** What a completion without an answer says that was cut. */
const CUT = { reason: "cut at the length limit before an answer" };

test("every reason of the checker is said by the page, with its numbers", () => {
  const verdicts = WRONG.map((answer) => task.verify(problem, answer) as { readonly reason?: string });
  const reasons = [...verdicts, ...MALFORMED.map((text) => parseCompletion(text)), CUT].map(({ reason }) => reason!);
  const templates = Object.entries(en.oneStep).filter(([name]) => name.startsWith("reason"));
  // English says what the checker says; each text is one that some reason comes to, so that none is made up.
  for (const reason of reasons) expect(saidReason(reason)).toBe(reason);
  const used = templates.filter(([, text]) => reasons.some((reason) => matches(text, reason)));
  expect(reasons.filter((reason) => !templates.some(([, text]) => matches(text, reason)))).toEqual([]);
  expect(used.map(([name]) => name)).toEqual(templates.map(([name]) => name));
  for (const [name] of templates) expect(zh.oneStep).toHaveProperty(name);
});

test("what is of no known kind stays as it is", () => {
  expect(saidReason("the verifier of mine broke")).toBe("the verifier of mine broke");
});

function matches(text: string, reason: string): boolean {
  const parts = text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`).test(reason);
}
