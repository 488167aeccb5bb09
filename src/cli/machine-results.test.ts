import { describe, expect, test } from "vitest";
import { runWords as run } from "../../test/cli/run-words.ts";
import type { SurveyedDevice } from "../policy/device/survey-devices.ts";
import type { BenchReport } from "./compositions.ts";

describe("commands about the machine", () => {
  test("bench", async () => {
    const result: BenchReport = {
      gemmGflops: 150,
      trainGflops: 101,
      trainEfficiency: 0.673,
      trainTokensPerSecond: 31_000,
      rolloutTokensPerSecond: 64_000,
    };
    expect(JSON.parse((await run("bench --json", { bench: () => Promise.resolve(result) })).out)).toEqual(result);
  });

  test("bench of devices gives a row for the table of docs/gpu.md", async () => {
    const speed = { trainTokensPerSecond: 4570, writeTokensPerSecond32: 1835, writeTokensPerSecond256: null };
    const result: BenchReport = {
      machine: {
        aha: "0.1.0",
        onnxruntime: "1.30.0",
        platform: "linux x64",
        processor: "A|Processor",
        cores: 16,
        workers: 2,
        memory: 8000,
      },
      devices: [
        {
          device: "webgpu",
          adapter: "a GPU",
          driver: "7.1",
          worstError: 6e-6,
          speeds: [{ model: "SmolLM2-135M", layers: 2, ofLayers: 30, ...speed }],
          peakMegabytes: 900,
          problem: null,
        },
        {
          device: "cuda",
          adapter: "unknown",
          driver: "unknown",
          worstError: null,
          speeds: [],
          peakMegabytes: null,
          problem: "it isn't there",
        },
      ],
    };
    const { out } = await run("bench --device all", { bench: () => Promise.resolve(result) });
    expect(out).toContain("cuda: it isn't there\n");
    expect(out).toContain("SmolLM2-135M, by 2 of 30 layers");
    expect(out.trimEnd().split("\n").at(-1)).toBe(
      "| A/Processor, 16 cores, linux x64 | webgpu, a GPU, 7.1 | SmolLM2-135M (2/30 layers) 4570 / 1835 / - | 6e-6 | aha 0.1.0, ONNX Runtime 1.30.0 |",
    );
  });

  test("bench of what isn't there says so in the command's flags, and fails", async () => {
    const machine = {
      aha: "0.1.0",
      onnxruntime: "1.30.0",
      platform: "linux x64",
      processor: "A",
      cores: 1,
      workers: 2,
    };
    const problem = "No GPU was found; use `device: cpu`.";
    const gone = { device: "webgpu", adapter: "unknown", driver: "unknown", worstError: null, peakMegabytes: null };
    const result: BenchReport = { machine: { ...machine, memory: 1 }, devices: [{ ...gone, speeds: [], problem }] };
    const { out, code } = await run("bench --device webgpu", { bench: () => Promise.resolve(result) });
    expect(out).toBe("webgpu: No GPU was found; use --device cpu.\n");
    expect(code).toBe(1);
  });

  test("doctor", async () => {
    const engine = (): Promise<{ version: string; providers: string[]; problem: null }> =>
      Promise.resolve({ version: "1.2.3", providers: ["cpu"], problem: null });
    const found: SurveyedDevice = {
      device: "webgpu",
      adapter: "A\u001bGPU",
      driver: "7.1",
      test: { worstError: 6e-6, wrong: null, seconds: 1 },
      step: { cpu: 2, device: 0.25 },
      problem: null,
      usable: true,
      auto: true,
    };
    const { out } = await run("doctor", { engine, devices: () => Promise.resolve([found]) });
    expect(out).toMatch(
      /onnxruntime {2}1\.2\.3, providers: cpu\nwebgpu {7}A\\u001bGPU, driver 7\.1; gradients, an update and draws within 6e-6/,
    );
    expect(out).not.toContain("\u001b");
    expect(out).toMatch(
      /takes 1\/8\.0 of the CPU's time: `auto` takes it\nVerdict: (ready|limited).*\nNext: aha zero --device auto/,
    );
    const without = await run("doctor", { engine, devices: () => Promise.resolve([]) });
    expect(without.out).toMatch(/providers: cpu\nVerdict: (ready|limited)[^\n]*\n$/);
  });
});
