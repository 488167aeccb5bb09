import { basename } from "node:path";
import { benchDevices, type DeviceBench } from "../bench/bench-devices.ts";
import { bench, type BenchResult } from "../bench/bench.ts";
import { BENCH } from "../bench/bench-options.ts";
import { measureSteps, type StepSpeed } from "../training/step-speed.ts";
import { loadSubject } from "../evaluation/open-subject.ts";
import { resolveFlat } from "../options/index.ts";
import { isLarge } from "../policy/local/policy-size.ts";
import type { RecipeFile } from "../recipes/read-recipe.ts";
import { compareWithTrl, type PeerComparison } from "./bench-against.ts";
import { engineFacts } from "./engine-facts.ts";
import type { BenchFlags, Watch } from "./compositions.ts";
import { thisMachine } from "./machine.ts";
import { notedEvent } from "./watch-events.ts";

/** What was measured: the processor's figures, and those of devices side by side where they were asked for. */
export interface BenchReport extends Partial<BenchResult> {
  /** What a step of `aha zero` gets of that speed, by the base; of a small one alone. */
  readonly step?: StepSpeed;
  /** Beside another trainer, where that was asked for; then nothing else is measured. */
  readonly comparison?: PeerComparison;
  /** Of `devices`: what was measured, and when by whom. */
  readonly machine?: BenchedMachine;
  readonly devices?: readonly DeviceBench[];
}

export interface BenchedMachine {
  readonly aha: string;
  readonly onnxruntime: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly workers: number;
  /** Megabytes. */
  readonly memory: number;
}

/** How long the steps of `step` may take in all. */
const STEP_SECONDS = 300;
const TIMED_STEPS = 10;

/** Measures what is asked for. @param prompts reads the prompt files that a recipe names */
export async function benchMachine(
  model: string,
  given: Omit<BenchFlags, "base">,
  { signal, onEvent, prompts }: Watch & Pick<RecipeFile, "prompts">,
): Promise<BenchReport> {
  const options = resolveFlat(BENCH, given);
  const { device, workers, against } = options;
  const onNote = notedEvent(onEvent);
  if (against === "trl")
    return {
      comparison: await compareWithTrl(options, { base: model, ...(prompts && { prompts }) }, { signal, onNote }),
    };
  const { checkpoint, template, task } = await loadSubject(model, { task: "countdown" });
  const problems = task.problems("validation");
  const isMeasured = device === "cpu" || device === "all";
  const alone = isMeasured ? await bench({ base: checkpoint, template, problems, workers }) : {};
  const usual =
    isMeasured && !isLarge(checkpoint.config) ? { ...alone, step: await stepSpeed(model, workers, signal) } : alone;
  if (device === "cpu") return usual;
  const facts = await thisMachine(await engineFacts());
  const { aha, platform, processor, cores, memory } = facts;
  const machine = { aha, onnxruntime: facts.engine.version, platform, processor, cores, workers, memory };
  const devices = await benchDevices({
    device,
    workers,
    base: { name: basename(model), config: checkpoint.config },
    processor,
    signal,
    onNote,
  });
  return { ...usual, machine, devices };
}

/** Steps of a run with the defaults. */
async function stepSpeed(base: string, workers: number, signal: AbortSignal): Promise<StepSpeed> {
  const options = { base, workers, seed: 1, steps: TIMED_STEPS, evaluationProblems: 4, evaluationSamples: 1 };
  return await measureSteps(options, { seconds: STEP_SECONDS, signal });
}
