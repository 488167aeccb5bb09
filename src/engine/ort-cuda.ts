import { EngineError } from "../errors.ts";
import { loadCuda } from "./cuda-library.ts";
import type { Engine } from "./engine.ts";
import type { ModelSpec } from "./model-proto.ts";

/**
 * ONNX Runtime's CUDA provider, of the folder that AHA_CUDA names. ONNX Runtime's module for Node can't keep tensors
 * on a CUDA device, so they lie in this process's memory and are copied for each run; constants of a graph are copied
 * once. Products of float32 are made in TF32 where the GPU has it.
 *
 * @throws EngineError where the provider, one of its libraries, the driver or a GPU is missing
 */
export async function openCudaEngine(): Promise<Engine> {
  await loadCuda();
  // Only now: with the library of ONNX Runtime that finds its provider.
  const { OrtNodeEngine } = await import("./ort-node.ts");
  const engine = new OrtNodeEngine("cuda", ["cuda"]);
  try {
    const program = await engine.compile(PROBE);
    await program.run({ x: { data: new Float32Array(1), dims: [1] } });
    await program.dispose();
  } catch (error) {
    throw new EngineError(whyNot((error as Error).message), { cause: error });
  }
  return engine;
}

/** y = x x. */
const PROBE: ModelSpec = {
  nodes: [{ operator: "Mul", domain: "", inputs: ["x", "x"], outputs: ["y"], attributes: {} }],
  constants: [],
  inputs: [{ name: "x", type: "float32", shape: [1] }],
  outputs: [{ name: "y", type: "float32", shape: [1] }],
  shapes: new Map(),
};

function whyNot(message: string): string {
  const failure = /CUDA failure (\d+): ([^;\n]+?) *;/.exec(message);
  if (failure !== null)
    return `Expected an NVIDIA GPU that computes, got CUDA's error ${failure[1]}: ${failure[2]}; see what nvidia-smi says, or use \`device\` webgpu or cpu.`;
  return `The CUDA provider doesn't start: ${message.replace(/\s+/g, " ").trim()}`;
}
