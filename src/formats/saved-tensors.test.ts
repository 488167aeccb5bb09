import { expect, it } from "vitest";
import { CheckpointError } from "../errors.ts";
import { readTensors, savedTensorsChunks } from "./saved-tensors.ts";

const saveTensors = (...given: Parameters<typeof savedTensorsChunks>): Uint8Array =>
  new Uint8Array(Buffer.concat([...savedTensorsChunks(...given)]));

it("saves training state bit for bit", () => {
  const tensors = new Map([
    ["moment1", Float32Array.of(1, -0, Number.MIN_VALUE)],
    ["moment2", new Float32Array(0)],
  ]);
  const bytes = saveTensors(tensors, { step: "12" });
  const read = readTensors(bytes, "state.safetensors");
  expect(read.tensors).toEqual(tensors);
  expect(Object.is(read.tensors.get("moment1")![1], -0)).toBe(true);
  expect(read.metadata.get("step")).toBe("12");
  expect(saveTensors(read.tensors, { step: "12" })).toEqual(bytes);
});

it("names a damaged file", () => {
  const bytes = saveTensors(new Map([["moment", new Float32Array(4)]]));
  expect(() => readTensors(bytes.subarray(0, -1), "state.safetensors")).toThrow(CheckpointError);
  expect(() => readTensors(bytes.subarray(0, -1), "state.safetensors")).toThrow(/state\.safetensors/);
});
