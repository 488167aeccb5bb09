import { expect, test } from "vitest";
import { runOrigin } from "./run-origin.ts";

const NOTE = { name: "tinker", version: "SkyRL 0.4", device: "a CPU" };

test.each([
  [{}, undefined, null],
  [{ engine: "" }, NOTE, null],
  [{ imported: "TRL 1.16.0" }, undefined, "imported from TRL 1.16.0, no replay"],
  [{ engine: "tinker+http://gpu:8000" }, undefined, "computed by tinker+http://gpu:8000, no replay to the byte"],
  [
    { engine: "tinker+http://gpu:8000" },
    NOTE,
    "computed by tinker+http://gpu:8000 (SkyRL 0.4, a CPU), no replay to the byte",
  ],
  [{ device: "cpu" }, undefined, null],
  [{ device: "webgpu", deviceTest: { adapter: "a GPU", driver: "1" } }, undefined, "on webgpu, a GPU"],
  [{ device: "webgpu", deviceTest: { adapter: {} } }, undefined, "on webgpu"],
  [{ device: ["webgpu"], deviceTest: 7 }, undefined, null],
  [{ engine: { toString: "x" }, imported: 7 }, NOTE, null],
])("a run with %j and %j: %j", (config, note, text) => {
  expect(runOrigin(config, note)).toBe(text);
});
