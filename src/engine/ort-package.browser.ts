import * as web from "onnxruntime-web/wasm";
import { freeArray } from "../host/collect-garbage.ts";

/** Where the page keeps the engine's files, from its scripts. */
const FOLDER = "../engine/";

// A page that isn't isolated has no memory to share between the engine's threads, and each worker has one thread.
web.env.wasm.numThreads = 1;
web.env.wasm.wasmPaths = new URL(FOLDER, import.meta.url).href;
web.env.logLevel = "error";

export { web as ort };

/** A Wasm memory never shrinks, and what the engine would keep doubles it. */
export const KEEPS_MEMORY = false;

/**
 * Runs a session. The engine computes in a memory of its own, and leaves an array that it is given for a result as it
 * was: the numbers are copied.
 */
export async function runSession(
  session: web.InferenceSession,
  feeds: Readonly<Record<string, web.Tensor>>,
  wanted: Readonly<Record<string, web.Tensor | null>>,
): Promise<web.InferenceSession.OnnxValueMapType> {
  const results = await session.run(feeds, Object.keys(wanted));
  for (const [name, tensor] of Object.entries(wanted)) {
    if (tensor === null) continue;
    const result = (results[name] as web.Tensor).data as Float32Array;
    (tensor.data as Float32Array).set(result);
    freeArray(result);
  }
  return results;
}
