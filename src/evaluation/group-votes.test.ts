import { expect, test } from "vitest";
import type { JudgedRollout } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import { findTask } from "../tasks/index.ts";
import { averagePassAtK, averageVote } from "./group-votes.ts";

const rollout = (answer: string | null, verdict: Verdict): Pick<JudgedRollout, "parsed" | "verdict"> => ({
  parsed: { thinking: "", answer, wellFormed: true, reason: null },
  verdict,
});
const right = (answer: string): ReturnType<typeof rollout> => rollout(answer, { kind: "right" });
const wrong = (answer: string | null): ReturnType<typeof rollout> => rollout(answer, { kind: "wrong", reason: "" });
const unknown = (answer: string): ReturnType<typeof rollout> => rollout(answer, { kind: "unverifiable", reason: "" });

test("pass@k is over problems with k judged samples", () => {
  const groups = [
    [right("1"), unknown("1"), wrong("2")],
    [unknown("1"), unknown("1"), right("1")],
  ];
  expect(averagePassAtK(groups, 1)).toBeCloseTo((1 / 2 + 1) / 2, 12);
  expect(averagePassAtK(groups, 2)).toBe(1);
  expect(averagePassAtK(groups, 3)).toBeNull();
});

test("a vote counts what it scores; one that can't be judged counts nowhere", () => {
  expect(averageVote([[right("1"), right("1"), wrong("2")]], 3)).toBe(1);
  expect(averageVote([[wrong("2"), wrong("2"), right("1")]], 3)).toBe(0);
  expect(averageVote([[unknown("2"), unknown("2"), right("1")], [right("1")]], 3)).toBe(1);
  expect(averageVote([[unknown("2")]], 1)).toBeNull();
  expect(averageVote([[wrong(null)]], 1)).toBe(0);
  expect(averageVote([[rollout("a", { kind: "partly", score: 0.5 })]], 1)).toBe(0.5);
});

test("answers are one where the task says so, by white space alone where it doesn't", () => {
  const group = [wrong("9"), wrong("9"), right("3 * 4 + 2"), right("2 + 3*4"), right("(4 * 3) + 2")];
  expect(averageVote([group], 5)).toBe(0);
  expect(averageVote([group], 5, findTask("countdown").answerKey)).toBe(1);
  const key = findTask("arithmetic").answerKey!;
  expect([key("+7"), key("007"), key("-0"), key("7 apples")]).toEqual(["7", "7", "0", "7apples"]);
});
