import { expect, test } from "vitest";
import { verdictText } from "./sample.ts";

test("a length that an engine didn't record is said to be so, cut or not", () => {
  const seen = { text: "x", tokens: 12, verdict: "wrong", reason: "no answer", score: 0 } as const;
  expect(verdictText({ ...seen, stop: "end" })).toBe("wrong (no answer), 12 tokens");
  expect(verdictText({ ...seen, stop: "length" })).toBe("wrong (no answer), cut at 12 tokens");
  expect(verdictText({ ...seen, tokens: null, stop: "end" })).toBe("wrong (no answer), length not recorded");
  expect(verdictText({ ...seen, tokens: null, stop: "length" })).toBe("wrong (no answer), cut, length not recorded");
});
