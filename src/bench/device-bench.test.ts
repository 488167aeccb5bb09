import { expect, test } from "vitest";
import { askProcess } from "../host/ask-process.ts";
import { programArguments } from "../host/open-thread.ts";
import { tinyConfig } from "../model/tiny-config.ts";
import type { DeviceBenchNews, DeviceBenchRequest, ModelSpeed } from "./device-bench-messages.ts";

/** What is told of a model of three layers that may take so many seconds, in so many for all. */
async function told(seconds: number, inAll: number = 1e9): Promise<readonly ModelSpeed[]> {
  const speeds: ModelSpeed[] = [];
  const config = tinyConfig({ layers: 3, maxPositions: 256 });
  const { problem } = await askProcess<DeviceBenchRequest, DeviceBenchNews>({
    program: programArguments("./device-bench-process", import.meta.url),
    request: { device: "cpu", workers: 1, models: [{ name: "tiny", config, seconds }], seconds: inAll },
    seconds: 240,
    onNews: ({ speed, peakMegabytes }) => {
      expect(peakMegabytes).toBeGreaterThan(10);
      speeds.push(speed);
    },
  });
  expect(problem).toBeNull();
  return speeds;
}

const positive = expect.any(Number) as number;

test("a model that fits the time is measured whole, after a look at two layers", async () => {
  const speeds = await told(1e9);
  expect(speeds[0]).toMatchObject({ layers: 2, ofLayers: 3, trainTokensPerSecond: positive });
  expect(speeds.at(-1)).toEqual({
    model: "tiny",
    layers: 3,
    ofLayers: 3,
    trainTokensPerSecond: positive,
    writeTokensPerSecond32: positive,
    writeTokensPerSecond256: positive,
  });
});

test("one that doesn't is measured by two layers, and says so", async () => {
  const speeds = await told(0);
  expect(speeds.map(({ layers }) => layers)).toEqual([2, 2, 2]);
  expect(speeds[1]).toMatchObject({ writeTokensPerSecond32: positive, writeTokensPerSecond256: null });
  expect(speeds[2]!.writeTokensPerSecond256).toBeGreaterThan(0);
});

test("what would take longer than the time in all isn't begun", async () => {
  const speeds = await told(1e9, 0);
  expect(speeds.map(({ layers }) => layers)).toEqual([2, 2]);
  expect(speeds[1]).toMatchObject({ writeTokensPerSecond32: positive, writeTokensPerSecond256: null });
});
