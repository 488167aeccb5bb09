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

test("what the model didn't write is no action: by hand", () => {
  // The first example's numbers at the model's own tokens; what the critic says elsewhere doesn't count.
  const { advantages, returns } = generalizedAdvantages(1, [9, 0.1, 0.2, -7, 8, 0.5, 3], {
    discount: 0.9,
    lambda: 0.5,
    mask: [false, true, true, false, false, true, false],
  });
  [0, 0.29375, 0.475, 0, 0, 0.5, 0].forEach((value, t) => expect(advantages[t]).toBeCloseTo(value, 12));
  [9, 0.39375, 0.675, -7, 8, 1, 3].forEach((value, t) => expect(returns[t]).toBeCloseTo(value, 12));
});

test("masked tokens change nothing of the others, whatever the critic says of them", () => {
  const value = fc.double({ min: -5, max: 5, noNaN: true });
  const tokens = fc.array(fc.record({ value, own: fc.boolean() }), { minLength: 1, maxLength: 20 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(tokens, value, share, share, (given, reward, discount, lambda) => {
      const values = given.map((token) => token.value);
      const mask = given.map(({ own }) => own);
      const own = values.filter((_, t) => mask[t]);
      const { advantages, returns } = generalizedAdvantages(reward, values, { discount, lambda, mask });
      values.forEach((said, t) => mask[t] || expect([advantages[t], returns[t]]).toEqual([0, said + 0]));
      if (own.length === 0) return;
      expect(advantages.filter((_, t) => mask[t])).toEqual(
        generalizedAdvantages(reward, own, { discount, lambda }).advantages,
      );
    }),
  );
});

test("a mask is of all tokens", () => {
  expect(() => generalizedAdvantages(1, [0, 0], { mask: [true] })).toThrow("Expected a mask of 2 tokens, got 1.");
});

test("a completion without tokens has no advantages", () => {
  expect(() => generalizedAdvantages(1, [])).toThrow("Expected a value for at least one token, got none.");
  expect(() => generalizedAdvantages(1, [0], { lambda: 2 })).toThrow("`lambda`");
});
