import { expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { checkMemory, memoryText } from "./check-memory.ts";

const PLAN = {
  program: 300,
  weights: 1024,
  gradients: 512,
  optimizer: 2048,
  activations: 4096,
  writing: 20,
  total: 8000,
};

test("a run that fits is let through", () => {
  expect(() => checkMemory(PLAN, 8000)).not.toThrow();
});

test("one that doesn't is refused in one line, with its largest part and what would make it smaller", () => {
  expect(() => checkMemory(PLAN, 6144)).toThrow(OptionError);
  expect(() => checkMemory(PLAN, 6144)).toThrow(
    "Expected the run to fit the machine's 6.0 GB, but it will take about 7.8 GB (program 0.3 GB, weights 1.0 GB, gradients 0.5 GB, optimizer 2.0 GB, activations 4.0 GB); the largest part is activations: try `recompute: true`, or a smaller `tokenBudget`.",
  );
});

test("small parts are not told of", () => {
  expect(memoryText(PLAN)).not.toContain("writing");
});
