import { expect, test } from "vitest";
import { judgePreflight } from "./preflight.ts";

const ALL_JUDGED = { judged: 256, unverifiable: { count: 0, reasons: [] } };
const options = { groupSize: 8, maxCompletionTokens: 64 };

test("a base whose completions are all cut will not learn, and the advice says what to try", () => {
  const { verdict, advice } = judgePreflight(
    { ...ALL_JUDGED, passRate: 0, truncatedShare: 1, signalShare: 0 },
    options,
  );
  expect(verdict).toBe("will not learn");
  expect(advice).toBe("every completion is truncated at 64 tokens; try `maxCompletionTokens: 128`");
});

test.each([
  [{ passRate: 0, truncatedShare: 0.1, signalShare: 0 }, "will not learn", "no group has both"],
  [{ passRate: 0.99, truncatedShare: 0, signalShare: 0.05 }, "will not learn", "solves these problems already"],
  [{ passRate: 0.01, truncatedShare: 0, signalShare: 0.06 }, "unsure", "only 6 %"],
  [{ passRate: 0.25, truncatedShare: 0, signalShare: 0.8 }, "will learn", "80 %"],
] as const)("%j: %s", (measured, verdict, words) => {
  const judged = judgePreflight({ ...ALL_JUDGED, ...measured }, options);
  expect(judged.verdict).toBe(verdict);
  expect(judged.advice).toContain(words);
});

test("a verifier that never answers is named before hours are spent", () => {
  const unverifiable = { count: 250, reasons: [{ reason: "my-task threw", count: 250 }] };
  const measured = { passRate: 0, truncatedShare: 0, signalShare: 0, judged: 6, unverifiable };
  const judged = judgePreflight(measured, options);
  expect(judged).toEqual({
    verdict: "will not learn",
    advice: "nearly every answer is unverifiable (my-task threw); mend the task's verifier",
  });
});
