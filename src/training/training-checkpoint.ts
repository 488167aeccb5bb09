import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, RunError } from "../errors.ts";
import { ADAPTER_CONFIG, adapterFiles, readAdapter } from "../formats/adapter-files.ts";
import { loadCheckpoint, loadModelFace, saveCheckpoint } from "../formats/checkpoint.ts";
import { savedTensorsChunks, readTensors } from "../formats/saved-tensors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { writeFolderAtomically, type FileContent } from "../host/write-folder.ts";
import type { OptimizerMoments, Policy, ServedCheckpoint } from "../policy/policy.ts";
import { checkOwnFolder } from "../host/plain-files.ts";
import type { CheckpointSource } from "./checkpoint-copy.ts";
import { toTrainInPlace, type ModelToTrain } from "./open-policy.ts";
import { isServedCheckpoint, readServedCheckpoint, writeServedCheckpoint } from "./served-checkpoint.ts";

const STATE = "training-state.safetensors";

/** What a run goes on from, after a whole step: the model, the optimizer's moments, and what else the job needs. */
export interface TrainingCheckpoint {
  readonly step: number;
  readonly model: ModelToTrain;
  /** The optimizer's, or where a server keeps both them and the weights. */
  readonly kept: { readonly moments: OptimizerMoments } | { readonly served: ServedCheckpoint };
  /** By name, as the job gave them. */
  readonly extras: ReadonlyMap<string, Float32Array>;
}

export function checkpointFolder(runFolder: string, step: number): string {
  return join(runFolder, "checkpoints", `step-${step}`);
}

/**
 * Writes a checkpoint whole or not at all: a kill while it is written leaves the one before. Under an adapter the model
 * itself is in the checkpoint of step 0 alone, which is never removed.
 */
export async function saveTrainingCheckpoint(
  runFolder: string,
  step: number,
  { policy, extras }: CheckpointSource,
  tokenizer: Tokenizer,
): Promise<string> {
  const folder = checkpointFolder(runFolder, step);
  checkOwnFolder(runFolder, "checkpoints", `step-${step}`);
  if (policy.served !== undefined) {
    const face = step === 0 ? { config: policy.config, tokenizer } : null;
    await writeServedCheckpoint(folder, await policy.served.save(), face);
    return folder;
  }
  const { firstMoment, secondMoment, updates } = (await policy.state()).moments;
  const tensors = new Map([["first_moment", firstMoment], ["second_moment", secondMoment], ...extras]);
  const { config, parameters, adapter } = await policy.model();
  const beside = new Map<string, FileContent>([
    ...(adapter === undefined ? [] : adapterFiles(config, adapter)),
    [STATE, savedTensorsChunks(tensors, { step: String(step), updates: String(updates) })],
  ]);
  if (adapter === undefined || step === 0)
    await saveCheckpoint(folder, { config, parameters, tokenizer, extraFiles: beside });
  else await writeFolderAtomically(folder, beside);
  return folder;
}

/** The model of a step of a run; without weights where a server has them. */
export async function loadStep(runFolder: string, step: number): Promise<ModelToTrain> {
  const folder = checkpointFolder(runFolder, step);
  if (isServedCheckpoint(folder)) return loadModelFace(checkpointFolder(runFolder, 0));
  const model = await loadCheckpoint(existsSync(join(folder, "config.json")) ? folder : checkpointFolder(runFolder, 0));
  return existsSync(join(folder, ADAPTER_CONFIG))
    ? { ...model, adapter: await readAdapter(folder, model.config) }
    : model;
}

/** The newest whole checkpoint of a run. @throws CheckpointError when there is none */
export async function loadNewestCheckpoint(runFolder: string): Promise<TrainingCheckpoint> {
  const steps = await savedSteps(runFolder);
  const step = steps.at(-1);
  if (step === undefined)
    throw new CheckpointError(
      `Expected a checkpoint in ${join(runFolder, "checkpoints")}, found none; start the run again.`,
    );
  const folder = checkpointFolder(runFolder, step);
  const model = toTrainInPlace(await loadStep(runFolder, step));
  if (isServedCheckpoint(folder))
    return { step, model, kept: { served: await readServedCheckpoint(folder) }, extras: new Map() };
  const path = join(folder, STATE);
  const { tensors, metadata } = readTensors(await readFile(path), path);
  const firstMoment = tensors.get("first_moment");
  const secondMoment = tensors.get("second_moment");
  const updates = Number(metadata.get("updates"));
  const trained = (model.adapter ?? model).parameters?.length;
  const isOfModel = firstMoment?.length === trained && secondMoment?.length === trained;
  if (firstMoment === undefined || secondMoment === undefined || !isOfModel || !Number.isInteger(updates)) {
    throw new CheckpointError(
      `Expected ${path} to hold the optimizer's state of this model; it holds another. Remove ${folder} to go on from the checkpoint before.`,
    );
  }
  return {
    step,
    model,
    kept: { moments: { firstMoment, secondMoment, updates } },
    extras: new Map([...tensors].filter(([name]) => name !== "first_moment" && name !== "second_moment")),
  };
}

/** @throws RunError for weights of a server that no server is asked for */
export async function restorePolicy(policy: Policy, { kept }: Pick<TrainingCheckpoint, "kept">): Promise<void> {
  if ("moments" in kept) return policy.restore(kept);
  if (policy.served !== undefined) return policy.served.load(kept.served);
  throw new RunError(
    "Expected `engine`, as the run's weights are on a server, got none; give the address of that server.",
  );
}

/** Steps with a whole checkpoint, in order. */
export async function savedSteps(runFolder: string): Promise<number[]> {
  const folder = join(runFolder, "checkpoints");
  if (!existsSync(folder)) return [];
  const steps = (await readdir(folder)).flatMap((name) => /^step-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);
  const isWhole = (folder: string): boolean => existsSync(join(folder, STATE)) || isServedCheckpoint(folder);
  return steps.filter((step) => isWhole(checkpointFolder(runFolder, step))).sort((a, b) => a - b);
}

/** Removes checkpoints that are neither among the newest two nor a multiple of `keepEvery`, a server's there too. */
export async function pruneCheckpoints(
  runFolder: string,
  keepEvery: number,
  policy: Pick<Policy, "served"> = {},
): Promise<void> {
  checkOwnFolder(runFolder, "checkpoints");
  const steps = await savedSteps(runFolder);
  const old = steps.slice(0, -2).filter((step) => step % keepEvery !== 0);
  for (const folder of old.map((step) => checkpointFolder(runFolder, step))) {
    if (policy.served !== undefined && isServedCheckpoint(folder))
      await policy.served.forget(await readServedCheckpoint(folder));
    await rm(folder, { recursive: true, force: true });
  }
}
