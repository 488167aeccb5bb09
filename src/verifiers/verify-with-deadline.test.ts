import { expect, test } from "vitest";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import type { Verifies } from "./ask-verifier.ts";
import { verifyWithDeadline } from "./verify-with-deadline.ts";

const PROBLEM: Problem = { id: "p", split: "train", question: "?", compactQuestion: "?", difficulty: 0, data: null };

const ask = (verify: () => unknown, seconds: number = 5): Promise<Verdict> =>
  verifyWithDeadline({ name: "mine", verify: verify as Verifies["verify"] }, PROBLEM, "1", seconds);

test.each<readonly [string, () => unknown, Verdict]>([
  ["a verdict", () => ({ kind: "wrong", reason: "odd" }), { kind: "wrong", reason: "odd" }],
  ["a boolean", () => true, { kind: "right" }],
  ["a promise", () => Promise.resolve({ kind: "right" }), { kind: "right" }],
])("%s is taken as it is", async (_name, verify, expected) => {
  expect(await ask(verify)).toEqual(expected);
});

test.each<readonly [string, () => unknown, string]>([
  [
    "throws",
    () => {
      throw new Error("oops");
    },
    'the verifier of mine threw "oops"',
  ],
  [
    "throws a text",
    () => {
      throw "oops";
    },
    'the verifier of mine threw "oops"',
  ],
  ["rejects", () => Promise.reject(new Error("later")), 'the verifier of mine threw "later"'],
  ["gives NaN", () => Number.NaN, "the verifier of mine gave the score NaN instead of one from 0 to 1"],
  ["gives a large reward", () => 2, "the verifier of mine gave the score 2 instead of one from 0 to 1"],
  ["gives nothing", () => undefined, "the verifier of mine gave undefined instead of a verdict"],
  ["gives null", () => null, "the verifier of mine gave null instead of a verdict"],
  ["gives another kind", () => ({ kind: "maybe" }), 'the verifier of mine gave {"kind":"maybe"} instead of a verdict'],
])("a verifier that %s leaves the answer unverifiable", async (_name, verify, reason) => {
  expect(await ask(verify)).toEqual({ kind: "unverifiable", reason });
});

test("a verifier that never answers is left after the deadline", async () => {
  expect(await ask(() => new Promise(() => {}), 0.02)).toEqual({
    kind: "unverifiable",
    reason: "the verifier of mine did not end within 0.02 s",
  });
});

test("what a verifier does after the deadline disturbs nobody", async () => {
  const late = ask(() => new Promise((_, reject) => setTimeout(() => reject(new Error("too late")), 30)), 0.01);
  expect(await late).toMatchObject({ kind: "unverifiable", reason: expect.stringContaining("did not end") });
  await new Promise((done) => setTimeout(done, 40));
});
