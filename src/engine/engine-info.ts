import { EngineError } from "../errors.ts";
import { refuseTelemetry } from "../host/no-telemetry.ts";
import { linkCudaIfNamed } from "./cuda-library.ts";

/** What the tensor engine on this machine is. */
export interface EngineInfo {
  readonly version: string;
  /** Names of the execution providers that come with it, for example `cpu`, `webgpu`. */
  readonly providers: readonly string[];
}

/** Loads the engine's library and asks it. @throws EngineError where the library can't be loaded */
export async function engineInfo(): Promise<EngineInfo> {
  refuseTelemetry();
  try {
    await linkCudaIfNamed();
    const ort = await import("onnxruntime-node");
    return {
      version: ort.env.versions.node ?? ort.env.versions.common,
      providers: ort.listSupportedBackends().map((backend) => backend.name),
    };
  } catch (error) {
    throw new EngineError(`ONNX Runtime doesn't load on this machine: ${(error as Error).message}`, { cause: error });
  }
}
