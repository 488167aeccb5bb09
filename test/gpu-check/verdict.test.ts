import { describe, expect, test } from "vitest";
import type { Measurement, SectionResult } from "../../scripts/gpu-check/measurement.ts";
import { plannedSections } from "../../scripts/gpu-check/sections.ts";
import { showVerdict, verdict } from "../../scripts/gpu-check/verdict.ts";

function section(...measurements: Measurement[]): SectionResult {
  return { section: "some", state: "done", seconds: 1, measurements };
}

function stateOf(start: string, sections: readonly SectionResult[]): readonly unknown[] {
  const results = verdict(sections).filter(({ target }) => target.startsWith(start));
  expect(results).toHaveLength(1);
  return [results[0]!.state, results[0]!.figure];
}

describe("the verdict", () => {
  test("has every target, and measured nothing where nothing ran", () => {
    const results = verdict([]);
    expect(results.length).toBeGreaterThanOrEqual(16);
    expect(new Set(results.map(({ target }) => target)).size).toBe(results.length);
    for (const { state, figure } of results) expect([state, figure]).toEqual(["not measured", null]);
  });

  test("compares sections of one run with each other", () => {
    const ours = section({ name: "webgpu smol write 256", tokensPerSecond: 9000 });
    const target = "writing 256 sequences: tokens/s at least 2.5";
    expect(stateOf(target, [ours])).toEqual(["not measured", null]);
    const theirs = (rate: number) => section({ name: "torch-f32 smol write 256", tokensPerSecond: rate });
    expect(stateOf(target, [ours, theirs(3000)])).toEqual(["reached", 3]);
    expect(stateOf(target, [theirs(4500), ours])).toEqual(["not reached", 2]);
  });

  test("a time may be at most so long", () => {
    const target = "`cuda` with LoRA";
    const theirs = { name: "torch-bf16 smol train-lora 32x256", ms: 100 };
    const ours = (ms: number) => section(theirs, { name: "cuda smol train-lora 32x256", ms });
    expect(stateOf(target, [ours(80)])).toEqual(["reached", 0.8]);
    expect(stateOf(target, [ours(81)])).toEqual(["not reached", 0.81]);
  });

  test("takes the worst difference, and none that isn't a number for a small one", () => {
    const target = "gradients differ";
    const good = { name: "webgpu self-test gradients llama", worst: 2e-6 };
    expect(stateOf(target, [section(good)])).toEqual(["reached", 2e-6]);
    const bad = { name: "webgpu self-test gradients qwen2", worst: 0.5 };
    expect(stateOf(target, [section(good, bad)])).toEqual(["not reached", 0.5]);
    // JSON has null for what isn't a number.
    expect(stateOf(target, [section(good, { ...bad, worst: null })])).toEqual(["not reached", NaN]);
  });

  test("shows a line for each target", () => {
    const lines = showVerdict(verdict([section({ name: "auto countdown-base", isCpu: true })])).split("\n");
    expect(lines).toHaveLength(verdict([]).length);
    expect(lines.find((line) => line.includes("`auto`"))).toMatch(/^reached +true +`auto`/);
    expect(lines.filter((line) => line.startsWith("not measured"))).toHaveLength(lines.length - 1);
  });
});

describe("a plan", () => {
  test("is all that is no real run, the real run, or what it names", () => {
    expect(plannedSections("all")[0]!.name).toBe("self-test-gradients");
    expect(plannedSections("real").map(({ name }) => name)).toEqual(["real-gpu", "real-cpu"]);
    expect(plannedSections("write,train").map(({ name }) => name)).toEqual(["write", "train"]);
    expect(() => plannedSections("wriet")).toThrow(/^Expected a plan of all, real or some of .*write.*, got wriet\.$/);
  });

  test("what the verdict compares is measured under these names", () => {
    const words = plannedSections("all").map((one) => [one.program, ...one.words].join(" "));
    for (const needed of ["aha train webgpu smol 0 8x128,32x256", "aha train cuda smol 16 8x128,32x256"])
      expect(words).toContain(needed);
  });
});
