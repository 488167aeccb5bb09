import { Command } from "commander";
import { expect, test } from "vitest";
import { flagNamesOf, inFlags } from "./flag-names.ts";

const FLAGS = flagNamesOf(
  new Command("zero")
    .option("--model, --base <model>")
    .option("--group-size <n>")
    .option("--recompute")
    .option("--no-preflight")
    .option("--no-token")
    .option("--allow-host <name>"),
);

test.each([
  [
    "Expected `groupSize` to be an integer from 2 up, got 1.",
    "Expected --group-size to be an integer from 2 up, got 1.",
  ],
  ["try `groupSize: 16`", "try --group-size 16"],
  ["a `base` that fits", "a --base that fits"],
  ["try `recompute: true`, or `recompute`", "try --recompute, or --recompute"],
  ["`recompute: false` is not said by a flag", "`recompute: false` is not said by a flag"],
  ["(or `preflight: false` to train anyway)", "(or --no-preflight to train anyway)"],
  ["`preflight: true`", "`preflight: true`"],
  ["leave out `accessToken: null`", "leave out --no-token"],
  ["Expected `allowHosts` to be names", "Expected --allow-host to be names"],
  ["`accuracyWeight` has no flag here", "`accuracyWeight` has no flag here"],
  ["go on with `aha resume`, not `GroupSize`", "go on with `aha resume`, not `GroupSize`"],
  ["`constructor` and `toString`", "`constructor` and `toString`"],
])("%s", (text, said) => {
  expect(inFlags(text, FLAGS)).toBe(said);
});

test("without flags nothing changes", () => {
  expect(inFlags("Expected `groupSize`", new Map())).toBe("Expected `groupSize`");
});
