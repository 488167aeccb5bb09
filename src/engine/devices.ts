import { OptionError, show } from "../errors.ts";
import { refuseTelemetry } from "../host/no-telemetry.ts";
import { linkCudaIfNamed } from "./cuda-library.ts";
import type { Engine } from "./engine.ts";

export { engineEnvironment } from "./cuda-place.ts";

/** Every device by name, with the file that implements it: loaded only where it is asked for. */
const DEVICES: Readonly<Record<string, () => Promise<Engine>>> = {
  cpu: async () => new (await import("./ort-node.ts")).OrtNodeEngine(),
  webgpu: async () => new (await import("./ort-webgpu.ts")).OrtWebGpuEngine(),
  cuda: async () => (await import("./ort-cuda.ts")).openCudaEngine(),
};

export const DEVICE_NAMES: readonly string[] = Object.keys(DEVICES);

/** Devices whose tensors lie outside this process's memory: what is trained stays there. */
export function isApart(device: string): boolean {
  return device === "webgpu";
}

/** Where nobody says. */
export const DEFAULT_DEVICE = "cpu";

/** The engine of a device. @throws OptionError for an unknown name; EngineError where its library doesn't load */
export async function engineFor(device: string): Promise<Engine> {
  if (!Object.hasOwn(DEVICES, device))
    throw new OptionError(`Expected \`device\` to be one of ${DEVICE_NAMES.join(", ")}, got ${show(device)}.`);
  refuseTelemetry();
  await linkCudaIfNamed();
  return DEVICES[device]!();
}
