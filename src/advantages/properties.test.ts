import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupRelativeAdvantages } from "./group-relative.ts";
import { leaveOneOutAdvantages } from "./leave-one-out.ts";
import { meanCentredAdvantages } from "./mean-centred.ts";

const group = fc.array(
  fc.integer({ min: -8, max: 8 }).map((value) => value / 4),
  { minLength: 2, maxLength: 16 },
);
const functions = [groupRelativeAdvantages, meanCentredAdvantages, leaveOneOutAdvantages];

describe.each(functions.map((advantage) => [advantage.name, advantage] as const))("%s", (_name, advantage) => {
  test("add up to nothing", () => {
    fc.assert(
      fc.property(group, (rewards) => Math.abs(advantage(rewards).reduce((total, value) => total + value, 0)) < 1e-9),
    );
  });

  test("keep the order of the rewards", () => {
    fc.assert(
      fc.property(group, (rewards) => {
        const advantages = advantage(rewards);
        return rewards.every((a, i) =>
          rewards.every(
            (b, j) =>
              Math.sign(a - b) === Math.sign(advantages[i]! - advantages[j]!) ||
              Math.abs(advantages[i]! - advantages[j]!) < 1e-12,
          ),
        );
      }),
    );
  });

  test("don't move when all rewards move", () => {
    fc.assert(
      fc.property(group, fc.integer({ min: -4, max: 4 }), (rewards, shift) => {
        const moved = advantage(rewards.map((reward) => reward + shift));
        return advantage(rewards).every((value, i) => Math.abs(value - moved[i]!) < 1e-9);
      }),
    );
  });

  test("leave their input alone", () => {
    const rewards = Object.freeze([1, 0, 0.5]);
    expect(advantage(rewards)).toHaveLength(3);
  });
});

test("leave-one-out is mean-centred times G / (G - 1)", () => {
  fc.assert(
    fc.property(group, (rewards) => {
      const centred = meanCentredAdvantages(rewards);
      return leaveOneOutAdvantages(rewards).every(
        (value, i) => Math.abs(value - (centred[i]! * rewards.length) / (rewards.length - 1)) < 1e-12,
      );
    }),
  );
});
