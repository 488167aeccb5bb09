import { EngineError } from "../errors.ts";

/** What ONNX Runtime and Dawn say, and what it means to people. */
const MEANINGS: readonly (readonly [pattern: RegExp, meaning: string])[] = [
  [
    /Failed to get a WebGPU adapter/i,
    "No GPU was found that WebGPU can use; install its driver (on Linux the Vulkan loader too: libvulkan1), or use `device: cpu` (docs/gpu.md).",
  ],
  [
    /device (is|was) lost|\bis lost\b|device_?lost/i,
    "The GPU was lost (its driver was reset or the machine slept); go on from the newest checkpoint with `aha resume`.",
  ],
  [
    /out of memory|OUT_OF_(DEVICE|HOST)_MEMORY|Failed to allocate memory|exceeds the max buffer size/i,
    "The GPU's memory is too small for this; use `lora`, `recompute: true` or a smaller `tokenBudget` (a run goes on with `aha resume`), or another `device`.",
  ],
];

/** An engine's error in one line: of a GPU that is missing, lost or full, with what to do. */
export function gpuFailure(what: string, error: Error): EngineError {
  const known = MEANINGS.find(([pattern]) => pattern.test(error.message));
  return new EngineError(known?.[1] ?? `${what}: ${error.message}`, { cause: error });
}
