import { expect, test } from "vitest";
import { createCountdown } from "../../tasks/countdown/countdown.ts";
import { BASE_START, openingGroup, openingTry } from "./base-start.ts";
import { stageQuestion, stageSpans } from "./stage-spans.ts";

test("the page opens with a wrong answer to a real problem", () => {
  const group = openingGroup(BASE_START.groups);
  const shown = openingTry(group);
  expect(stageQuestion(group.prompt)).toBe("11 3 3 make 24");
  expect(shown.verdict).toBe("wrong");
  expect(shown.text).toContain("no </think>");
  expect(
    createCountdown()
      .problems("train")
      .map(({ id }) => id),
  ).toContain(group.problemId);
});

test("its marks say what it turned down and what it answers", () => {
  const group = openingGroup(BASE_START.groups);
  const { text, stop } = openingTry(group);
  const spans = stageSpans({ ...group, text, stop, verdict: { kind: "wrong", reason: "" } });
  expect(spans.map(({ kind, from, to }) => [kind, text.slice(from, to)])).toEqual([
    ["rejected", "3 - 3 = 0 , 11 - 0 = 11"],
    ["answer", "11 - ( 3 - 3 )"],
  ]);
});

test("a right candidate after a rejected one is a correction, with its reflective word", () => {
  const text = "<think> 12 - 11 = 1 , 1 * 7 = 7 no hmm 11 - 7 = 4 , 4 + 12 = 16 yes </think> <answer> 16 </answer>";
  const spans = stageSpans({
    text,
    prompt: "<bos> 12 11 7 make 16 :",
    problemId: "countdown:7,11,12=16",
    stop: "end",
    verdict: { kind: "right" },
  });
  expect(spans.map(({ kind }) => kind)).toEqual(["rejected", "reflection", "correction", "answer"]);
});
