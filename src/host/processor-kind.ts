import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Instruction sets that kernels are chosen by. */
const SETS: readonly string[] = [
  "avx2",
  "fma",
  "avx_vnni",
  "avx512f",
  "avx512_vnni",
  "avx512_bf16",
  "amx_tile",
  "amx_bf16",
  "asimd",
  "asimddp",
  "i8mm",
  "sve",
];

/**
 * What of a processor decides the last bits of what is computed: the system, and the instruction sets that the engine's
 * kernels are chosen by; the processor's name where the system doesn't tell those.
 */
export function processorKind(): string {
  const flags = new Set((/^(?:flags|Features)\s*:(.*)$/m.exec(processorInfo())?.[1] ?? "").split(" "));
  const found = SETS.filter((set) => flags.has(set));
  const words = found.length > 0 ? found.join(" ") : (cpus()[0]?.model ?? "");
  return `${process.platform} ${process.arch} ${words}`.trim();
}

function processorInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch (error) {
    // Only Linux has it.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
