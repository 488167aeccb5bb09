import { describe, expect, test } from "vitest";
import { EngineError } from "../../errors.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { chooseDevice, type ProbeDevice } from "./choose-device.ts";
import type { DeviceProbe } from "./probe-device.ts";

const SMALL = tinyConfig();
const LARGE = tinyConfig({ vocabSize: 40_000, hiddenSize: 256, headDim: 64, ffSize: 1024 });
const RIGHT = { worstError: 0.0000056789, wrong: null, seconds: 1 };
const FOUND: DeviceProbe = {
  adapter: "a GPU",
  driver: "7.1",
  test: RIGHT,
  step: { cpu: 2, device: 0.25 },
  problem: null,
};

/** Chooses by what a probe would find, and collects what is told and asked. */
async function choose(
  choice: "cpu" | "webgpu" | "cuda" | "auto",
  config: typeof SMALL,
  found: Partial<DeviceProbe> = {},
): Promise<{ readonly chosen: unknown; readonly notes: string[]; readonly asked: string[] }> {
  const [notes, asked]: [string[], string[]] = [[], []];
  const probe: ProbeDevice = (device, _config, options) => {
    asked.push(`${device}${options?.measures === true ? ", measured" : ""}`);
    return Promise.resolve({ ...FOUND, ...found });
  };
  const chosen = await chooseDevice(choice, { config, workers: 2, onNote: (text) => notes.push(text) }, probe);
  return { chosen, notes, asked };
}

const ON_GPU = { device: "webgpu", record: { adapter: "a GPU", driver: "7.1", worstError: 0.0000057 } };
const ON_CPU = { device: "cpu", record: null };

test("the CPU is taken without a look at anything, and without a word", async () => {
  expect(await choose("cpu", LARGE)).toEqual({ chosen: ON_CPU, notes: [], asked: [] });
});

describe("a device that is named", () => {
  test("is tested, not measured, and recorded, whatever the model's size", async () => {
    const { chosen, notes, asked } = await choose("webgpu", SMALL, { step: null });
    expect(chosen).toEqual(ON_GPU);
    expect(asked).toEqual(["webgpu"]);
    expect(notes).toEqual([
      "Computes on webgpu: a GPU, driver 7.1, gradients, an update and draws within 6e-6 of the CPU's.",
    ]);
  });

  test("is refused by its operator where it computes wrongly", async () => {
    const test = { worstError: 1.2, wrong: "SimplifiedLayerNormalization", seconds: 1 };
    await expect(choose("webgpu", SMALL, { test })).rejects.toThrow(EngineError);
    await expect(choose("webgpu", SMALL, { test })).rejects.toThrow(
      'Expected `device` "webgpu" to be of use here, but: it computes SimplifiedLayerNormalization wrongly (1e+0 beside the CPU); update its driver, or use `device: cpu`.',
    );
  });

  test("is refused where numbers are none", async () => {
    const test = { worstError: Infinity, wrong: "Exp", seconds: 1 };
    await expect(choose("webgpu", SMALL, { test })).rejects.toThrow(/Exp wrongly \(not finite beside the CPU\)/);
  });

  test("is refused where it isn't there or its process ended", async () => {
    await expect(choose("cuda", SMALL, { test: null, problem: "no such thing." })).rejects.toThrow(
      /but: no such thing\.$/,
    );
  });
});

describe("auto", () => {
  test("stays on the CPU with a small model, looks for nothing, and says why", async () => {
    const { chosen, notes, asked } = await choose("auto", SMALL);
    expect(chosen).toEqual(ON_CPU);
    expect(asked).toEqual([]);
    expect(notes).toEqual([
      "Computes on the CPU: a model of 0.0M parameters is too small to gain by a GPU (`auto` looks for one from 10M).",
    ]);
  });

  test("takes the faster, and says both times", async () => {
    const { chosen, notes, asked } = await choose("auto", LARGE);
    expect(chosen).toEqual(ON_GPU);
    expect(asked).toEqual(["webgpu, measured"]);
    expect(notes).toEqual([
      "Computes on webgpu: a training step of 512 tokens takes the CPU 2.0 s, webgpu (a GPU, driver 7.1) 250 ms; gradients, an update and draws within 6e-6 of the CPU's.",
    ]);
  });

  test.each<[string, Partial<DeviceProbe>, RegExp]>([
    [
      "the CPU is faster",
      { step: { cpu: 0.2, device: 0.25 } },
      /takes the CPU 200 ms, webgpu \(a GPU, driver 7\.1\) 250 ms\.$/,
    ],
    ["nothing is there", { test: null, step: null, problem: "no GPU." }, /CPU: webgpu: no GPU\.$/],
    ["it computes wrongly", { test: { worstError: 1, wrong: "Exp", seconds: 1 } }, /it computes Exp wrongly/],
    ["it died while it was measured", { step: null, problem: "its process was ended (SIGABRT)" }, /SIGABRT/],
    ["it is a program on the processor", { adapter: "llvmpipe (LLVM 15)" }, /llvmpipe \(LLVM 15\) is no GPU\.$/],
  ])("stays on the CPU where %s", async (_name, found, why) => {
    const { chosen, notes } = await choose("auto", LARGE, found);
    expect(chosen).toEqual(ON_CPU);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(why);
  });
});
