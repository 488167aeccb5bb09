import { expect, test } from "vitest";
import { EngineError } from "../errors.ts";
import { gpuFailure } from "./gpu-failure.ts";

// As ONNX Runtime 1.30 and the Dawn in it say it.
test.each([
  [
    "/onnxruntime_src/webgpu_context.cc:136 was false. Failed to get a WebGPU adapter: No supported adapters\n",
    /^No GPU was found that WebGPU can use; .*`device: cpu`/,
  ],
  ["[Device] is lost.\n - While calling [Device].CreateBuffer(...)", /^The GPU was lost .*`aha resume`\.$/],
  ["VK_ERROR_DEVICE_LOST at CheckVkSuccessImpl", /^The GPU was lost/],
  ["Out of memory", /^The GPU's memory is too small .*`aha resume`/],
  ["vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY", /^The GPU's memory is too small/],
  ["Buffer size (5000000000) exceeds the max buffer size limit (2147483648).", /^The GPU's memory is too small/],
])("%j in one line, with what to do", (said, meaning) => {
  const cause = new Error(said);
  const error = gpuFailure("The GPU failed", cause);
  expect(error).toBeInstanceOf(EngineError);
  expect(error.message).toMatch(meaning);
  expect(error.message).not.toContain("\n");
  expect(error.cause).toBe(cause);
});

test("what isn't known is told as it was said", () => {
  expect(gpuFailure("The GPU failed", new Error("a node has no kernel")).message).toBe(
    "The GPU failed: a node has no kernel",
  );
});
