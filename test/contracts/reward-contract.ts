import { describe, expect, test } from "vitest";
import type { JudgedRollout, StopReason } from "../../src/records/rollout.ts";
import type { CompletionReward } from "../../src/rewards/reward-part.ts";
import type { Verdict } from "../../src/records/verdict.ts";

/** What a completion to score may vary in; the rest is filled in. */
export interface SampleCompletion {
  readonly text?: string;
  readonly tokens?: number;
  readonly stop?: StopReason;
  readonly verdict?: Verdict;
  readonly thinking?: string | null;
  readonly answer?: string | null;
  readonly wellFormed?: boolean;
}

/** A completion to score: ended, right, well formed, five tokens, unless told otherwise. Deeply frozen. */
export function completionToScore<P>(problem: P, sample: SampleCompletion = {}): JudgedRollout<P> {
  const {
    text = "<think> 1 + 2 </think> <answer> 3 </answer>",
    tokens = 5,
    stop = "end",
    verdict = { kind: "right" },
  } = sample;
  const { thinking = "1 + 2", answer = "3", wellFormed = true } = sample;
  const ids = Object.freeze(Array.from({ length: tokens }, (_, index) => index));
  return Object.freeze({
    prompt: "p",
    promptTokens: Object.freeze([1, 2]),
    tokens: ids,
    logprobs: Object.freeze(ids.map(() => -0.5)),
    text,
    stop,
    version: 0,
    sample: 0,
    attempts: undefined,
    parsed: Object.freeze({ thinking, answer, wellFormed, reason: answer === null ? "no <answer>" : null }),
    verdict: Object.freeze(verdict),
    problem,
  });
}

const HOSTILE: readonly (readonly [string, SampleCompletion])[] = [
  [
    "nothing",
    {
      text: "",
      tokens: 0,
      thinking: null,
      answer: null,
      wellFormed: false,
      verdict: { kind: "wrong", reason: "no answer" },
    },
  ],
  [
    "an empty answer",
    { text: "<answer></answer>", thinking: null, answer: "", verdict: { kind: "wrong", reason: "empty" } },
  ],
  [
    "control characters",
    {
      text: "\u0000\u001b[2J\ud800",
      thinking: "\u0000",
      answer: "\ud800",
      wellFormed: false,
      verdict: { kind: "wrong", reason: "unreadable" },
    },
  ],
  [
    "a very long text",
    {
      text: "wait ".repeat(20_000),
      tokens: 20_000,
      stop: "length",
      thinking: null,
      answer: null,
      wellFormed: false,
      verdict: { kind: "wrong", reason: "no answer" },
    },
  ],
  ["names of Object's own", { text: "__proto__ constructor", answer: "constructor" }],
  ["no verdict", { verdict: { kind: "unverifiable", reason: "timed out" } }],
];

/**
 * What every reward part keeps: a name, a finite weight, and for any completion a finite number or null, the same
 * each time, without a change of what it was given.
 *
 * @param problem a problem that the part can read
 */
export function rewardContract<P>(makePart: () => CompletionReward<P>, problem: P): void {
  describe("keeps the contract of rewards", () => {
    test("has a name and a finite weight", () => {
      const part = makePart();
      expect(part.name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(part.weight).toSatisfy(Number.isFinite);
    });

    const samples: readonly (readonly [string, SampleCompletion])[] = [
      ["a right answer", {}],
      ["a wrong answer", { verdict: { kind: "wrong", reason: "4" } }],
      ["a truncated completion", { stop: "length", wellFormed: false }],
      ...HOSTILE,
    ];
    test.each(samples)("scores %s with a finite number or null, twice alike", async (_name, sample) => {
      const completion = completionToScore(problem, sample);
      const before = JSON.stringify(completion);
      const first = await makePart().score(completion);
      expect(first).toSatisfy((score: unknown) => score === null || Number.isFinite(score));
      expect(await makePart().score(completion)).toBe(first);
      expect(JSON.stringify(completion)).toBe(before);
    });
  });
}
