import { expect, test } from "vitest";
import { adamWUpdate, createAdamWState } from "./adamw.ts";
import { clipFactor, globalNorm } from "./global-norm.ts";
import { cosineSchedule, linearSchedule } from "./schedule.ts";

test("AdamW: two updates worked by hand", () => {
  const parameters = new Float32Array([1, 2]);
  const state = createAdamWState(2);
  const ranges = [
    { offset: 0, size: 1, decay: true },
    { offset: 1, size: 1, decay: false },
  ];
  const options = { beta1: 0.9, beta2: 0.99, epsilon: 0, weightDecay: 0.5 };
  const step = { learningRate: 0.1, gradientScale: 1, ranges, options };
  // First update: the corrected moments are g and g^2, so each moves by the rate against the gradient's sign;
  // the first also decays: 1 * (1 - 0.1 * 0.5) - 0.1 = 0.85. The second: 2 + 0.1.
  adamWUpdate(parameters, new Float32Array([4, -2]), state, step);
  expect(parameters[0]).toBeCloseTo(0.85, 6);
  expect(parameters[1]).toBeCloseTo(2.1, 6);
  // Second update with gradient 1: m = 0.9 * 0.4 + 0.1 = 0.46, /0.19 = 2.421053; v = 0.99 * 0.16 + 0.01 = 0.1684,
  // /0.0199 = 8.462312; 0.85 * 0.95 - 0.1 * 2.421053 / 2.909005 = 0.8075 - 0.083226 = 0.724274.
  adamWUpdate(parameters, new Float32Array([1, 0]), state, step);
  expect(parameters[0]).toBeCloseTo(0.724274, 5);
  expect(state.updates).toBe(2);
});

test("the gradient is scaled before the moments see it", () => {
  const state = createAdamWState(1);
  adamWUpdate(new Float32Array([0]), new Float32Array([8]), state, {
    learningRate: 0.1,
    gradientScale: 0.25,
    ranges: [{ offset: 0, size: 1, decay: false }],
    options: {
      beta1: 0.5,
      beta2: 0.5,
    },
  });
  expect(state.firstMoment[0]).toBe(1);
  expect(state.secondMoment[0]).toBe(2);
});

test("the global norm is that of all numbers together, and clipping brings it to the limit", () => {
  expect(globalNorm(new Float32Array([3, 4]))).toBe(5);
  expect(clipFactor(5, 1)).toBeCloseTo(0.2, 12);
  expect(clipFactor(0.5, 1)).toBe(1);
});

test("schedules by hand", () => {
  const linear = linearSchedule(1, 12, 2, 0.5);
  expect([0, 1, 2, 7, 12, 50].map(linear)).toEqual([0.5, 1, 1, 0.75, 0.5, 0.5]);
  expect(linearSchedule(3e-4, 100, 0, 1)(99)).toBe(3e-4);
  const cosine = cosineSchedule(2, 10, 0, 0.1);
  expect(cosine(0)).toBeCloseTo(2, 12);
  expect(cosine(5)).toBeCloseTo(2 * (0.1 + 0.9 * 0.5), 12);
  expect(cosine(10)).toBeCloseTo(0.2, 12);
});
