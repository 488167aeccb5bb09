import { basename } from "node:path";
import { benchDevices, type DeviceBench } from "../bench/bench-devices.ts";
import { bench, type BenchResult } from "../bench/bench.ts";
import { BENCH } from "../bench/bench-options.ts";
import { loadSubject } from "../evaluation/open-subject.ts";
import { resolveFlat } from "../options/index.ts";
import { engineFacts } from "./engine-facts.ts";
import type { BenchFlags, Watch } from "./compositions.ts";
import { thisMachine } from "./machine.ts";
import { notedEvent } from "./watch-events.ts";

/** What was measured: the processor's figures, and those of devices side by side where they were asked for. */
export interface BenchReport extends Partial<BenchResult> {
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

/** Measures what is asked for. */
export async function benchMachine(
  model: string,
  given: Omit<BenchFlags, "base">,
  { signal, onEvent }: Watch,
): Promise<BenchReport> {
  const { device, workers } = resolveFlat(BENCH, given);
  const { checkpoint, template, task } = await loadSubject(model, { task: "countdown" });
  const problems = task.problems("validation");
  const usual =
    device === "cpu" || device === "all" ? await bench({ base: checkpoint, template, problems, workers }) : {};
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
    onNote: notedEvent(onEvent),
  });
  return { ...usual, machine, devices };
}
