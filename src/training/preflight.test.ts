import { expect, test } from "vitest";
import { judgePreflight } from "./preflight.ts";

const options = { groupSize: 8, maxCompletionTokens: 64 };

test("a base whose completions are all cut will not learn, and the advice says what to try", () => {
  const { verdict, advice } = judgePreflight({ passRate: 0, truncatedShare: 1, signalShare: 0 }, options);
  expect(verdict).toBe("will not learn");
  expect(advice).toBe("every completion is truncated at 64 tokens; try --max-completion-tokens 128");
});

test.each([
  [{ passRate: 0, truncatedShare: 0.1, signalShare: 0 }, "will not learn", "no group has both"],
  [{ passRate: 0.99, truncatedShare: 0, signalShare: 0.05 }, "will not learn", "solves these problems already"],
  [{ passRate: 0.01, truncatedShare: 0, signalShare: 0.06 }, "unsure", "only 6 %"],
  [{ passRate: 0.25, truncatedShare: 0, signalShare: 0.8 }, "will learn", "80 %"],
] as const)("%j: %s", (measured, verdict, words) => {
  const judged = judgePreflight(measured, options);
  expect(judged.verdict).toBe(verdict);
  expect(judged.advice).toContain(words);
});

test("a verifier that never answers is named before hours are spent", () => {
  const judged = judgePreflight({ passRate: 0, truncatedShare: 0, signalShare: 0 }, options, 1, {
    kind: "unverifiable",
    reason: "my-task threw",
  });
  expect(judged).toEqual({
    verdict: "will not learn",
    advice: "nearly every answer is unverifiable (my-task threw); mend the task's verifier",
  });
});
