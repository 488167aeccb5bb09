import { EngineError } from "../errors.ts";
import type { EngineTensor } from "./engine.ts";

/** The numbers of an output of a run. @throws EngineError where there is none of that name, or it isn't of float32 */
export async function readFloats(outputs: Readonly<Record<string, EngineTensor>>, name: string): Promise<Float32Array> {
  const data = await outputs[name]?.read();
  if (data instanceof Float32Array) return data;
  throw new EngineError(`Expected a run to give numbers as ${name}, got ${outputs[name]?.type ?? "none"}.`);
}
