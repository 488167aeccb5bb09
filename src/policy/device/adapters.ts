import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { environmentWithoutSecrets } from "../../host/child-environment.ts";

/** What of a GPU a machine tells: `unknown` where it doesn't. */
export interface AdapterFacts {
  readonly adapter: string;
  readonly driver: string;
}

export const UNKNOWN = "unknown";

/** Adapters that are computed on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;
/** For a program that is asked; none of them takes a second where it works. */
const SECONDS = 10;
const run = promisify(execFile);

/** Whether a GPU of this name is a program on the processor, which is never faster than the processor itself. */
export function isSoftwareAdapter({ adapter }: AdapterFacts): boolean {
  return SOFTWARE.test(adapter);
}

/**
 * The GPU that a device most likely is, by what this machine tells. ONNX Runtime doesn't say which one it took.
 *
 * @param log what the engine wrote to standard error while it looked for devices
 */
export async function adapterFacts(device: string, log: string = ""): Promise<AdapterFacts> {
  const nvidia = await nvidiaFacts();
  if (device === "cuda") return nvidia ?? NOTHING;
  if (process.platform === "darwin") return (await macFacts()) ?? discovered(log);
  const icd = process.env["VK_ICD_FILENAMES"] ?? process.env["VK_DRIVER_FILES"] ?? "";
  if (/swiftshader/i.test(icd)) return { adapter: "SwiftShader (on the processor)", driver: UNKNOWN };
  return (await vulkanFacts()) ?? nvidia ?? discovered(log);
}

const NOTHING: AdapterFacts = { adapter: UNKNOWN, driver: UNKNOWN };

/** As NVIDIA's module tells; null where there is none. */
async function nvidiaFacts(): Promise<AdapterFacts | null> {
  const version = await textOf("/proc/driver/nvidia/version");
  if (version === null) return null;
  const [first] = await readdir("/proc/driver/nvidia/gpus").catch(() => [] as string[]);
  const card = first === undefined ? null : await textOf(`/proc/driver/nvidia/gpus/${first}/information`);
  return {
    adapter: /^Model:\s*(.+)$/m.exec(card ?? "")?.[1]?.trim() ?? "NVIDIA",
    driver: `NVIDIA ${/\b\d+\.\d+(\.\d+)?\b/.exec(version)?.[0] ?? UNKNOWN}`,
  };
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}

/** Asks a program of the system; null where it isn't there, fails or doesn't answer. */
async function answerOf(program: string, words: readonly string[]): Promise<string | null> {
  try {
    const options = { timeout: SECONDS * 1000, windowsHide: true, maxBuffer: 2 ** 20 };
    return (await run(program, [...words], { ...options, env: environmentWithoutSecrets() })).stdout;
  } catch {
    return null;
  }
}

async function vulkanFacts(): Promise<AdapterFacts | null> {
  return process.platform === "linux" ? readVulkanSummary((await answerOf("vulkaninfo", ["--summary"])) ?? "") : null;
}

/** Vulkan's kinds of devices, those first that an engine takes first. */
const KINDS = ["DISCRETE_GPU", "INTEGRATED_GPU", "VIRTUAL_GPU", "CPU"];

/** The fastest device of what `vulkaninfo --summary` prints; null where there is none. */
export function readVulkanSummary(text: string): AdapterFacts | null {
  const devices = text.split(/^GPU\d+:/m).slice(1);
  const field = (device: string, name: string): string | undefined =>
    new RegExp(`^\\s*${name}\\s*=\\s*(.+)$`, "m").exec(device)?.[1]?.trim();
  const rank = (device: string): number => {
    const kind = KINDS.findIndex((name) => field(device, "deviceType")?.endsWith(name));
    return kind < 0 ? KINDS.length : kind;
  };
  const [first] = devices.sort((a, b) => rank(a) - rank(b));
  if (first === undefined) return null;
  const driver = [field(first, "driverName"), field(first, "driverInfo")].filter((words) => words !== undefined);
  return { adapter: field(first, "deviceName") ?? UNKNOWN, driver: driver.join(" ") || UNKNOWN };
}

async function macFacts(): Promise<AdapterFacts | null> {
  const answer = await answerOf("system_profiler", ["SPDisplaysDataType", "-json"]);
  return answer === null ? null : readMacDisplays(answer);
}

/** The first GPU of what `system_profiler SPDisplaysDataType -json` prints. Metal's driver comes with the system. */
export function readMacDisplays(text: string): AdapterFacts | null {
  const model = /"sppci_model"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  return model === undefined ? null : { adapter: model, driver: "of the system" };
}

/** A GPU of the engine's log: `OrtHardwareDevice {vendor_id:0x10de, device_id:0x2335, vendor:NVIDIA, type:1`. */
function discovered(log: string): AdapterFacts {
  const found = /OrtHardwareDevice \{vendor_id:(0x\w+), device_id:(0x\w+), vendor:([^,]*), type:1(.*)\}/.exec(log);
  if (found === null) return NOTHING;
  const [, vendorId, deviceId, vendor, rest] = found;
  const named = /Description[=:]\s*([^,\]}]+)/.exec(rest!)?.[1]?.trim();
  return { adapter: named ?? `${vendor || "vendor"} ${vendorId}, device ${deviceId}`, driver: UNKNOWN };
}
