import { OptionError } from "../errors.ts";
import type { MemoryPlan } from "../policy/local/memory-plan.ts";

const ADVICE: Readonly<Record<keyof Omit<MemoryPlan, "total" | "program" | "device">, string>> = {
  weights: "`lora: 16`, or a smaller model",
  gradients: "`lora: 16`",
  optimizer: "`lora: 16`",
  activations: "`recompute: true`, or a smaller `tokenBudget`",
  writing: "a smaller `maxCompletionTokens`",
};

/**
 * Refuses a run that can't fit, before its memory is taken, with what would change most.
 *
 * @param available megabytes of the machine
 * @throws OptionError with the plan in words
 */
export function checkMemory(plan: MemoryPlan, available: number): void {
  if (plan.total <= available) return;
  const { total, program: _program, device: _device, ...parts } = plan;
  const largest = (Object.entries(parts) as [keyof typeof ADVICE, number][]).sort(([, a], [, b]) => b - a)[0]!;
  throw new OptionError(
    `Expected the run to fit the machine's ${gigabytes(available)}, but it will take about ${gigabytes(total)} (${memoryText(plan)}); the largest part is ${largest[0]}: try ${ADVICE[largest[0]]}.`,
  );
}

/**
 * The parts of a plan in words: `weights 1.1 GB, activations 2.0 GB`; those below a tenth of a gigabyte are left out.
 */
export function memoryText({ total: _total, device: _device, ...parts }: MemoryPlan): string {
  const shown = Object.entries(parts).filter(([, megabytes]) => megabytes >= 100);
  return shown.map(([name, megabytes]) => `${name} ${gigabytes(megabytes)}`).join(", ");
}

function gigabytes(megabytes: number): string {
  return `${(megabytes / 1024).toFixed(1)} GB`;
}
