import type { PretrainOptions } from "../pretraining/pretrain-options.ts";
import { pretrain, type PretrainSummary } from "../pretraining/pretrain.ts";
import { fitProgress } from "../training/fit-progress.ts";
import { PRETRAIN_RESULT } from "./result-shapes.ts";
import type { Stage, StageRunner } from "./stage-runner.ts";

export interface PretrainStageSettings {
  readonly name: string;
  readonly options: Partial<PretrainOptions>;
  /** About how long it takes on two cores. */
  readonly expectedSeconds: number;
}

/** A base made from random weights, in the stage's folder; one that was killed begins anew. */
export function pretrainStage(runner: StageRunner, settings: PretrainStageSettings): Stage<PretrainSummary> {
  const { name, options, expectedSeconds } = settings;
  return runner.define({
    name,
    title: "a base from random weights",
    inputs: [],
    options,
    expectedSeconds,
    resultShape: PRETRAIN_RESULT,
    outputs: ["model.safetensors"],
    work: (folder, { signal, onEvent }) =>
      pretrain(folder, options, { ...(signal === undefined ? {} : { signal }), onProgress: fitProgress(onEvent) }),
  });
}
