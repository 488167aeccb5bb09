import { expect, test } from "vitest";
import { judgePreflight } from "./preflight-verdict.ts";

const ALL_JUDGED = { judged: 256, unverifiable: { count: 0, reasons: [] }, answeredShare: 1, unanswered: null };
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
  [{ passRate: 0, truncatedShare: 0.1, signalShare: 0 }, "will not learn", "every answer is wrong"],
  [{ passRate: 0.5, truncatedShare: 0.1, signalShare: 0 }, "will not learn", "no group's completions differ"],
  [{ passRate: 1, truncatedShare: 0, signalShare: 0 }, "will not learn", "solves these problems already"],
  [{ passRate: 0, truncatedShare: 0, signalShare: 0.4 }, "unsure", "no completion is right"],
  [{ passRate: 0.01, truncatedShare: 0, signalShare: 0.06 }, "unsure", "only 6 %"],
  [{ passRate: 0.25, truncatedShare: 0, signalShare: 0.8 }, "will learn", "80 %"],
] as const)("%j: %s", (measured, verdict, words) => {
  const judged = judgePreflight({ ...ALL_JUDGED, ...measured }, options);
  expect(judged.verdict).toBe(verdict);
  expect(judged.advice).toContain(words);
});

test("a verifier that never answers is named before hours are spent", () => {
  const unverifiable = { count: 250, reasons: [{ reason: "my-task threw", count: 250 }] };
  const measured = { ...ALL_JUDGED, passRate: 0, truncatedShare: 0, signalShare: 0, judged: 6, unverifiable };
  const judged = judgePreflight(measured, options);
  expect(judged).toEqual({
    verdict: "will not learn",
    advice: "nearly every answer is unverifiable (my-task threw); mend the task's verifier",
  });
});

test("answers that can't be found are told apart from wrong ones, with the cures", () => {
  const measured = { ...ALL_JUDGED, passRate: 0, truncatedShare: 0.88, signalShare: 0 };
  const none = judgePreflight({ ...measured, answeredShare: 0, unanswered: "no <answer>" }, options);
  expect(none.verdict).toBe("will not learn");
  expect(none.advice).toMatch(/^no completion has an answer where the task looks for it \(no <answer>, 88 % are cut\)/);
  for (const cure of ["`examples`", "`template`", "`extract`", "`aha sft`"]) expect(none.advice).toContain(cure);
  const few = judgePreflight({ ...measured, answeredShare: 0.1, unanswered: "no <answer>" }, options);
  expect(few.advice).toMatch(/only 10 % of them have an answer that can be read \(of the rest: no <answer>\)/);
});

test("some that could not be judged are named beside a good verdict", () => {
  const unverifiable = { count: 64, reasons: [{ reason: "the service is down", count: 64 }] };
  const measured = { ...ALL_JUDGED, passRate: 0.3, truncatedShare: 0, signalShare: 0.6, judged: 192, unverifiable };
  expect(judgePreflight(measured, options)).toEqual({
    verdict: "will learn",
    advice: "60 % of the groups carry signal; but 64 of 256 answers could not be judged (the service is down)",
  });
});
