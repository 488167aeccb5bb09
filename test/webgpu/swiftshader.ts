import { existsSync } from "node:fs";

/** SwiftShader as Debian's chromium brings it: a GPU that is computed on the CPU, in float32 alone. */
const ICD = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * Has this process find SwiftShader and no other GPU; before the engine is loaded. Returns why tests can't run with it,
 * or undefined.
 */
export function useSwiftShader(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "SwiftShader is looked for on Linux, x64, alone";
  if (!existsSync(ICD)) return "no SwiftShader: Debian's chromium has it";
  process.env["VK_ICD_FILENAMES"] = ICD;
  return undefined;
}
