import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  groupAdvantages,
  groupRelativeAdvantages,
  leaveOneOutAdvantages,
  meanCentredAdvantages,
  type AdvantageFunction,
} from "../../src/advantages/index.ts";

interface Sequence {
  readonly newLogprobs: readonly number[];
  readonly oldLogprobs: readonly number[];
  readonly refLogprobs: readonly number[];
}

interface GoldenCase {
  readonly name: string;
  readonly config: { readonly advantage: string; readonly klCoefficient: number };
  readonly groups: readonly { readonly rewards: readonly (number | null)[]; readonly sequences: readonly Sequence[] }[];
  readonly expected: {
    readonly advantages: readonly (readonly (number | null)[])[];
    readonly weights: readonly (readonly number[])[];
    readonly gradient: readonly (readonly (readonly number[])[])[];
  };
}

const { cases } = JSON.parse(readFileSync(new URL("losses.json", import.meta.url), "utf8")) as {
  readonly cases: readonly GoldenCase[];
};
const FUNCTIONS: Readonly<Record<string, AdvantageFunction>> = {
  "group-relative": (rewards) => groupRelativeAdvantages(rewards),
  "mean-centred": meanCentredAdvantages,
  "leave-one-out": leaveOneOutAdvantages,
};

describe("advantages are those of PyTorch", () => {
  test.each(cases.map((golden) => [golden.name, golden] as const))("%s", (_name, { config, groups, expected }) => {
    for (const [index, { rewards }] of groups.entries()) {
      const wanted = expected.advantages[index]!.map((value) =>
        value === null ? null : (expect.closeTo(value, 12) as unknown),
      );
      expect(groupAdvantages(rewards, FUNCTIONS[config.advantage])).toEqual(wanted);
    }
  });
});

test("on policy the golden gradient is w (-A + beta (1 - exp(u))), so that the table is not taken on trust", () => {
  const { config, groups, expected } = cases.find(({ name }) => name.includes("on policy"))!;
  let tokens = 0;
  for (const [g, { sequences }] of groups.entries()) {
    for (const [s, { newLogprobs, oldLogprobs, refLogprobs }] of sequences.entries()) {
      expect(oldLogprobs).toEqual(newLogprobs);
      const advantage = expected.advantages[g]![s]!;
      const byHand = newLogprobs.map((logprob, t) =>
        advantage === null
          ? 0
          : expected.weights[g]![s]! * (-advantage + config.klCoefficient * (1 - Math.exp(refLogprobs[t]! - logprob))),
      );
      expect(expected.gradient[g]![s]).toEqual(byHand.map((value) => expect.closeTo(value, 12) as unknown));
      tokens += advantage === null ? 0 : newLogprobs.length;
    }
  }
  expect(tokens).toBe(25);
});
