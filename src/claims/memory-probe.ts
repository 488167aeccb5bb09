import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { EngineError } from "../errors.ts";
import { fields, number } from "../store/shape.ts";
import { environmentWithoutSecrets } from "../host/child-environment.ts";
import { weightsOf } from "../pipelines/training-stages.ts";
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

/**
 * A few steps of training in a process of their own, for the memory that they need.
 *
 * @param program the command line's own file
 */
export function memoryProbeStage(
  runner: StageRunner,
  name: string,
  base: Source,
  program: string,
  options: MemoryProbeOptions,
): Stage<MemoryProbe> {
  return runner.define({
    name,
    title: "memory of a few steps in a process of their own",
    inputs: [base],
    options,
    expectedSeconds: 25,
    resultShape: fields({ peakMegabytes: number(0) }),
    outputs: [],
    async work(folder) {
      const flags = [
        "--base",
        weightsOf(base),
        "--steps",
        String(options.steps),
        "--seed",
        String(options.seed),
        "--workers",
        String(options.workers),
        "--evaluation-problems",
        "8",
        "--evaluation-samples",
        "1",
        "--no-preflight",
        "--quiet",
        "--json",
      ];
      const run = join(folder, `run-${process.pid}`);
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [program, "zero", ...flags, "--run", run, ...(options.critic ? ["--critic"] : [])],
        { maxBuffer: 2 ** 24, env: environmentWithoutSecrets() },
      );
      const { peakMegabytes } = JSON.parse(stdout.trim().split("\n").at(-1)!) as Partial<MemoryProbe>;
      if (typeof peakMegabytes !== "number")
        throw new EngineError("Expected the memory probe to report its peak, it did not.");
      return { peakMegabytes };
    },
  });
}
