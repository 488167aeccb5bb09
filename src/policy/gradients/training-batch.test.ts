import { expect, test } from "vitest";
import { perTokenInputs } from "./training-batch.ts";

test("a weight is one for all tokens, or one for each", () => {
  const shared = { promptTokens: [1], tokens: [5, 6, 7], advantage: 1 };
  const { weights } = perTokenInputs(
    [
      { ...shared, weight: 0.5 },
      { ...shared, weight: [0.25, 0, 0.75] },
    ],
    1,
  );
  expect([...(weights!.data as Float32Array)]).toEqual([0.5, 0.5, 0.5, 0.25, 0, 0.75]);
});
