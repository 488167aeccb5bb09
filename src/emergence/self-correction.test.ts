import { expect, test } from "vitest";
import type { Attempt } from "../records/attempt.ts";
import { correctsItself } from "./self-correction.ts";

const no = (text: string): Attempt => ({ text, outcome: "rejected" });
const yes = (text: string): Attempt => ({ text, outcome: "accepted" });
const open = (text: string): Attempt => ({ text, outcome: "open" });

test.each<readonly [string, readonly Attempt[], boolean]>([
  ["nothing tried", [], false],
  ["one try, accepted", [yes("a")], false],
  ["one try, rejected", [no("a")], false],
  ["rejected, then another accepted", [no("a"), yes("b")], true],
  ["rejected, then another rejected", [no("a"), no("b")], true],
  ["rejected, then another left open", [no("a"), open("b")], true],
  ["rejected, then the same again", [no("a = 1"), yes(" a  =\n1 ")], false],
  ["rejected, the same again, then another", [no("a"), no("a"), yes("b")], true],
  ["accepted, then another", [yes("a"), yes("b")], false],
  ["left open, then another", [open("a"), yes("b")], false],
  ["rejected at the very end", [yes("a"), no("b")], false],
])("%s", (_name, attempts, expected) => {
  expect(correctsItself(attempts, "end")).toBe(expected);
});

test("one that was cut corrected nothing", () => {
  expect(correctsItself([no("a"), yes("b")], "length")).toBe(false);
  expect(correctsItself([no("a"), yes("b")], "cancelled")).toBe(false);
});
