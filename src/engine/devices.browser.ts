import { OptionError, show } from "../errors.ts";
import type { Engine } from "./engine.ts";

/** Every device of a tab, with the file that implements it. */
const DEVICES: Readonly<Record<string, () => Promise<Engine>>> = {
  cpu: async () => new (await import("./ort-node.ts")).OrtNodeEngine(),
};

export const DEVICE_NAMES: readonly string[] = Object.keys(DEVICES);

/** Devices whose tensors lie outside this process's memory: what is trained stays there. */
export function isApart(_device: string): boolean {
  return false;
}

/** Where nobody says. */
export const DEFAULT_DEVICE = "cpu";

/** A thread of a tab has no environment. */
export function engineEnvironment(): Readonly<Record<string, string>> {
  return {};
}

/** The engine of a device. @throws OptionError for an unknown name */
export async function engineFor(device: string): Promise<Engine> {
  if (!Object.hasOwn(DEVICES, device))
    throw new OptionError(`Expected \`device\` to be one of ${DEVICE_NAMES.join(", ")}, got ${show(device)}.`);
  return DEVICES[device]!();
}
