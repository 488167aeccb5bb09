import type { Measurement, SectionResult, TargetResult } from "./measurement.ts";
import { measurementsByName } from "./measurement.ts";

type Found = ReadonlyMap<string, Measurement>;

interface Target {
  readonly target: string;
  /** The figure; undefined where what it needs was not measured. */
  figure(found: Found): number | boolean | undefined;
  /** The figure is to be at least this, or at most. */
  readonly least?: number;
  readonly most?: number;
}

/** What the GPU engine is to reach; ratios are of one run on one card. */
const TARGETS: readonly Target[] = [
  {
    target: "gradients differ from the CPU's by at most 1e-4, for every option of an architecture",
    figure: (found) => worst(found, "webgpu self-test gradients "),
    most: 1e-4,
  },
  {
    target: "updates and draws differ from the CPU's by at most 1e-4",
    figure: (found) => worst(found, "webgpu self-test policy "),
    most: 1e-4,
  },
  {
    target: "the same where the shape is SmolLM2-135M's, whole",
    figure: (found) => number(found, "webgpu smol like-cpu", "worst"),
    most: 1e-4,
  },
  training("8x128", 1, "aim 1.5"),
  training("32x256", 0.35, "aim 0.5"),
  writing(256, "torch-f32", 2.5),
  writing(256, "torch-bf16", 1),
  writing(32, "torch-f32", 3),
  {
    target: "a GRPO step with LoRA 16 takes the CPU at least 8 times as long",
    figure: (found) => ratio(found, ["cpu smol step-lora", "ms"], ["webgpu smol step-lora", "ms"]),
    least: 8,
  },
  {
    target: "CUDA's loop writes what the sampler writes step by step, log-probabilities within 0.01",
    figure: (found) => worst(found, "cuda self-test loop "),
    most: 0.01,
  },
  {
    target: "`cuda` without its libraries is refused in one line",
    figure: (found) => found.get("cuda refusal")?.["isRefused"] as boolean | undefined,
  },
  trains("qwen-half", "0.5"),
  trains("qwen-one-half", "1.5"),
  {
    target: "`cuda` with LoRA: a step at 32x256 takes at most 0.8 of PyTorch's bf16 step with LoRA",
    figure: (found) => ratio(found, ["cuda smol train-lora 32x256", "ms"], ["torch-bf16 smol train-lora 32x256", "ms"]),
    most: 0.8,
  },
  {
    target: "the same against PyTorch's bf16 step of all weights",
    figure: (found) => ratio(found, ["cuda smol train-lora 32x256", "ms"], ["torch-bf16 smol train-full 32x256", "ms"]),
    most: 0.8,
  },
  {
    target: "`auto` leaves a small model on the CPU",
    figure: (found) => found.get("auto countdown-base")?.["isCpu"] as boolean | undefined,
  },
  {
    target: "nothing of the CPU's way is more than 3 % slower than the older checkout's",
    figure: (found) => number(found, "cpu against-before", "slowest"),
    most: 1.03,
  },
  {
    target: "the real run takes at most a tenth of the CPU's time",
    figure: (found) => ratio(found, ["webgpu real number-words", "seconds"], ["cpu real number-words", "seconds"]),
    most: 0.1,
  },
  {
    target: "the real run is as right as the CPU's, within 0.05",
    figure: (found) => {
      const [gpu, cpu] = ["webgpu", "cpu"].map((side) => number(found, `${side} real number-words`, "accuracy"));
      return gpu === undefined || cpu === undefined ? undefined : cpu - gpu;
    },
    most: 0.05,
  },
];

/** Every target of the GPU engine with its figure, reached or not. */
export function verdict(sections: readonly SectionResult[]): TargetResult[] {
  const found = measurementsByName(sections);
  return TARGETS.map((target) => {
    const figure = target.figure(found);
    if (figure === undefined) return { target: target.target, figure: null, state: "not measured" };
    const shown = typeof figure === "boolean" ? String(figure) : figure;
    return { target: target.target, figure: shown, state: isReached(target, figure) ? "reached" : "not reached" };
  });
}

/** The verdict as text, a line for each target. */
export function showVerdict(results: readonly TargetResult[]): string {
  return results
    .map(({ target, figure, state }) => {
      const shown = typeof figure === "number" ? Number(figure.toPrecision(3)) : figure;
      return `${state.padEnd(12)}  ${String(shown ?? "-").padStart(9)}  ${target}`;
    })
    .join("\n");
}

function isReached({ least, most }: Target, figure: number | boolean): boolean {
  if (typeof figure === "boolean") return figure;
  // What isn't a number is neither.
  return (least === undefined || figure >= least) && (most === undefined || figure <= most) && !Number.isNaN(figure);
}

function training(size: string, least: number, aim: string): Target {
  return {
    target: `training all weights at ${size}: tokens/s at least ${least} of PyTorch's f32 (${aim})`,
    figure: (found) =>
      ratio(
        found,
        [`webgpu smol train-full ${size}`, "tokensPerSecond"],
        [`torch-f32 smol train-full ${size}`, "tokensPerSecond"],
      ),
    least,
  };
}

function writing(sequences: number, side: string, least: number): Target {
  return {
    target: `writing ${sequences} sequences: tokens/s at least ${least} times transformers.generate (${side})`,
    figure: (found) =>
      ratio(
        found,
        [`webgpu smol write ${sequences}`, "tokensPerSecond"],
        [`${side} smol write ${sequences}`, "tokensPerSecond"],
      ),
    least,
  };
}

function trains(shape: string, billions: string): Target {
  return {
    target: `a ${billions} B shape trains with LoRA, ms a step at 4x256`,
    figure: (found) => number(found, `webgpu ${shape} train-lora 4x256`, "ms"),
    least: 0,
  };
}

function number(found: Found, name: string, figure: string): number | undefined {
  const value = found.get(name)?.[figure];
  return typeof value === "number" ? value : undefined;
}

function ratio(found: Found, above: readonly [string, string], below: readonly [string, string]): number | undefined {
  const [a, b] = [number(found, ...above), number(found, ...below)];
  return a === undefined || b === undefined ? undefined : a / b;
}

/** The largest difference of all that have one; not a number where one has none. */
function worst(found: Found, start: string): number | undefined {
  const all = [...found.keys()].filter((name) => name.startsWith(start));
  return all.length === 0 ? undefined : Math.max(...all.map((name) => number(found, name, "worst") ?? NaN));
}
