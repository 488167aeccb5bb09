import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { EngineError } from "../errors.ts";
import { fields, number } from "../store/shape.ts";
import { environmentWithoutSecrets } from "../host/child-environment.ts";
import type { Source, Stage, StageRunner } from "../pipelines/stage-runner.ts";

export interface MemoryProbe {
  /** Most memory that the process had resident, in megabytes of 2^20 bytes. */
  readonly peakMegabytes: number;
}

export interface MemoryProbeOptions {
  readonly critic: boolean;
  readonly seed: number;
  readonly steps: number;
  readonly workers: number;
}

export interface MemoryProbeSettings {
  readonly name: string;
  readonly base: Source;
  /** The command line's own file. */
  readonly program: string;
  readonly options: MemoryProbeOptions;
}

/** A few steps of training in a process of their own, for the memory that they need. */
export function memoryProbeStage(runner: StageRunner, settings: MemoryProbeSettings): Stage<MemoryProbe> {
  const { name, base, options } = settings;
  return runner.define({
    name,
    title: "memory of a few steps in a process of their own",
    inputs: [base],
    options,
    expectedSeconds: 25,
    resultShape: fields({ peakMegabytes: number(0) }),
    outputs: [],
    work: (folder) => probeMemory(join(folder, `run-${process.pid}`), settings),
  });
}

/** @throws EngineError where the process doesn't say what it needed */
async function probeMemory(run: string, { base, program, options }: MemoryProbeSettings): Promise<MemoryProbe> {
  const { critic, seed, steps, workers } = options;
  const flags = {
    "--base": base.folder,
    "--steps": steps,
    "--seed": seed,
    "--workers": workers,
    "--evaluation-problems": 8,
    "--evaluation-samples": 1,
    "--run": run,
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [flag, String(value)]);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, "zero", ...args, "--no-preflight", "--quiet", "--json", ...(critic ? ["--critic"] : [])],
    { maxBuffer: 2 ** 24, env: environmentWithoutSecrets() },
  );
  const { peakMegabytes } = JSON.parse(stdout.trim().split("\n").at(-1)!) as Partial<MemoryProbe>;
  if (typeof peakMegabytes !== "number")
    throw new EngineError("Expected the memory probe to report its peak, it did not.");
  return { peakMegabytes };
}
