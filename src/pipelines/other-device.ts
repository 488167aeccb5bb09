import type { DeviceChoice } from "../policy/local/engine-options.ts";

/** The device among a stage's options, where it isn't the CPU: a stage on the CPU has the key that it always had. */
export function otherDevice({ device }: { readonly device: DeviceChoice }): { readonly device?: DeviceChoice } {
  return device === "cpu" ? {} : { device };
}
