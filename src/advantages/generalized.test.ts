import fc from "fast-check";
import { expect, test } from "vitest";
import { generalizedAdvantages } from "./generalized.ts";

test("with lambda 1 an advantage is the reward minus the value", () => {
  const { advantages, returns } = generalizedAdvantages(1, [0.25, 0.5, 0.75]);
  expect(advantages).toEqual([0.75, 0.5, 0.25]);
  expect(returns).toEqual([1, 1, 1]);
});

test("by hand, with discount and lambda", () => {
  // d_2 = 1 - .5 = .5; d_1 = .9 x .5 - .2 = .25, A_1 = .25 + .9 x .5 x .5 = .475; d_0 = .9 x .2 - .1 = .08, A_0 = .08 +
  // .45 x .475 = .29375
  const { advantages, returns } = generalizedAdvantages(1, [0.1, 0.2, 0.5], { discount: 0.9, lambda: 0.5 });
  [0.29375, 0.475, 0.5].forEach((value, t) => expect(advantages[t]).toBeCloseTo(value, 12));
  [0.39375, 0.675, 1].forEach((value, t) => expect(returns[t]).toBeCloseTo(value, 12));
});

test("with lambda 0 an advantage is one step's surprise", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 20 }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      (values, reward) => {
        const { advantages } = generalizedAdvantages(reward, values, { lambda: 0 });
        values.forEach((value, t) =>
          expect(advantages[t]).toBeCloseTo((t === values.length - 1 ? reward : values[t + 1]!) - value, 10),
        );
      },
    ),
  );
});

test("a completion without tokens has no advantages", () => {
  expect(() => generalizedAdvantages(1, [])).toThrow("Expected a value for at least one token, got none.");
  expect(() => generalizedAdvantages(1, [0], { lambda: 2 })).toThrow("`lambda`");
});
