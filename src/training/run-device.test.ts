import { describe, expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { loadCheckpoint } from "../formats/checkpoint.ts";
import { shippedModel } from "../formats/shipped-model.ts";
import { configDifferences } from "../host/config-differences.ts";
import { tinyConfig } from "../model/tiny-config.ts";
import { besideAnother, deviceToResume, onDevice, recordedDevice } from "./run-device.ts";
import { checkServed } from "./served-run.ts";
import { shownDevice } from "./shown-device.ts";
import { resolveZeroOptions } from "./zero-options.ts";
import { runConfig } from "./zero-setting.ts";

const config = tinyConfig();
const model = await loadCheckpoint(shippedModel("countdown-base"));
const TEST = { adapter: "a GPU", driver: "7.1", worstError: 5.7e-6 };
const stored = (given: object): ReturnType<typeof runConfig> =>
  runConfig(resolveZeroOptions({ base: "base", template: "compact", ...given }), { model, rewardModel: undefined });

describe("a run's config", () => {
  test("on the CPU has no word of devices", () => {
    expect(Object.keys(stored({})).filter((name) => /device/i.test(name))).toEqual([]);
    expect(stored({ device: "cpu" })).toEqual(stored({}));
  });

  test("on a GPU names it, beside all else", () => {
    expect(configDifferences(stored({}), stored({ device: "webgpu" }))).toEqual([
      { field: "device", stored: undefined, given: "webgpu" },
    ]);
  });

  test("records the test of the device on which it goes on, and forgets another's", () => {
    const before = { kind: "zero", device: "webgpu", deviceTest: TEST };
    expect(recordedDevice(before, { device: "webgpu", record: { ...TEST } })).toBe(before);
    const newer = { ...TEST, driver: "8.0" };
    expect(recordedDevice(before, { device: "webgpu", record: newer })).toEqual({ ...before, deviceTest: newer });
    expect(recordedDevice(before, { device: "cpu", record: null })).toEqual({ kind: "zero", device: "webgpu" });
    const onCpu = { kind: "zero" };
    expect(recordedDevice(onCpu, { device: "cpu", record: null })).toBe(onCpu);
  });
});

describe("auto", () => {
  test("is recorded as what it stands for: a small model stays on the CPU", async () => {
    const notes: string[] = [];
    const options = { device: "auto", workers: 2 } as const;
    const placed = await onDevice(options, config, {
      onEvent: (event) => event.kind === "note" && notes.push(event.text),
    });
    expect(placed).toEqual({ options: { device: "cpu", workers: 2 }, recorded: {} });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^Computes on the CPU: a model of 0\.0M parameters is too small/);
  });

  test("is the CPU where others compute", async () => {
    for (const others of [{ engine: "tinker+http://x:1" }, { samplers: "redis://x" }])
      expect((await onDevice({ device: "auto", workers: 1, ...others }, config, {})).options.device).toBe("cpu");
  });
});

test("a device is refused beside samplers and a server", () => {
  const given = { base: "base", device: "webgpu" } as const;
  expect(() => resolveZeroOptions({ ...given, samplers: "redis://x" })).toThrow(OptionError);
  expect(() => resolveZeroOptions({ ...given, samplers: "redis://x" })).toThrow(
    /`device` to be "cpu" beside `samplers`/,
  );
  const served = resolveZeroOptions({
    ...given,
    engine: "tinker+http://x:1",
    tokenizer: "base",
    clipNorm: 0,
    lora: 8,
  });
  expect(() => checkServed(served, undefined)).toThrow(/`device`/);
  expect(() => resolveZeroOptions({ base: "base", device: "gpu" as never })).toThrow(
    'Expected `device` to be one of cpu, webgpu, cuda, auto, got "gpu".',
  );
});

test("a run on the CPU goes on there without a look at its model", async () => {
  const run = { folder: "nowhere", config: { kind: "zero" }, changes: {}, changeable: true };
  expect(await deviceToResume(run, {})).toEqual({ device: "cpu", record: null });
  const wasOnGpu = { ...run, config: { kind: "zero", device: "webgpu", deviceTest: TEST } };
  expect(await deviceToResume({ ...wasOnGpu, changes: { device: "cpu" } }, {})).toEqual({
    device: "cpu",
    record: null,
  });
});

test("a job beside another leaves the GPU to it", () => {
  expect(besideAnother({ device: "webgpu" }, "beside another")).toEqual({ device: "cpu" });
  expect(besideAnother({ device: "webgpu" }, undefined)).toEqual({ device: "webgpu" });
});

test("steps say their device, but for the CPU", () => {
  expect(shownDevice({ kind: "zero" })).toEqual({});
  expect(shownDevice({ kind: "zero", device: "cpu" })).toEqual({});
  expect(shownDevice({ kind: "zero", device: "webgpu" })).toEqual({ device: "webgpu" });
});
