import { expect, test } from "vitest";
import { choiceIdentity } from "./choice-identity.ts";

test.each([
  ["Which is even?\nA) 3\nB) 4\nC) 5", "B", "Which is even?\nA) 5\nB) 3\nC) 4", "C"],
  ["Which is even? (A) 3 (B) 4", "B", "which is even\nA. 4\nB. 3", "A"],
])("%j with %s is %j with %s", (left, leftGold, right, rightGold) => {
  const [a, b] = [choiceIdentity(left, leftGold), choiceIdentity(right, rightGold)];
  expect(a.gold).toBe(b.gold);
  expect(a.question.toLowerCase().replaceAll("?", "")).toBe(b.question.toLowerCase().replaceAll("?", ""));
});

test("another right option is another gold", () => {
  expect(choiceIdentity("Q\nA) 3\nB) 4", "A").gold).not.toBe(choiceIdentity("Q\nA) 4\nB) 3", "A").gold);
});

test.each([
  ["Which is even?", "A"],
  ["Q\nA) 3\nC) 4", "A"],
  ["Q\nA) 3\nB) 4", "D"],
  ["Q\nA) 3\nB) 4", "AB"],
  ["Q\nA) 3", "A"],
])("%j with %s stays as it is", (question, gold) => {
  expect(choiceIdentity(question, gold)).toEqual({ question, gold });
});
