import { expect, test } from "vitest";
import { TAB_DEFAULTS } from "../settings.ts";
import { TAB_RUN } from "./store-calls.ts";
import { configOf, evaluationName, nameOf } from "./store-program.ts";

test("a dropped run is called by its file, whatever a stranger put into the name", () => {
  expect(nameOf("my run.db")).toBe("my run.db");
  expect(nameOf("../a\u0000\\b\u202e.db")).toBe("..ab.db");
  expect(nameOf("x".repeat(300))).toHaveLength(60);
  for (const name of ["", "..", "/", TAB_RUN]) expect(nameOf(name)).toBe("dropped run");
});

test("measurements have the names that the program gives them", () => {
  expect([0, 10, 110].map((step) => evaluationName(step, 110))).toEqual(["before", "during", "after"]);
});

test("the run's config says what was trained, and that a tab did it", () => {
  expect(configOf({ ...TAB_DEFAULTS, seed: 7, baseline: "none" })).toMatchObject({
    kind: "zero",
    task: "countdown",
    seed: 7,
    groupSize: 8,
    advantages: "none",
    imported: "a browser tab",
  });
});
