import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, show } from "../errors.ts";
import { checkFile } from "../host/check-file.ts";
import { recoverFolder } from "../host/write-folder.ts";
import { ADAPTER_CONFIG } from "./adapter-files.ts";
import { checkModelName, findModel, withoutBase } from "./find-model.ts";
import { fetchModel } from "./hub/fetch-model.ts";
import { isHubSpec, parseHubSpec } from "./hub/hub-spec.ts";
import { WEIGHTS, WEIGHTS_INDEX } from "./weight-files.ts";

/** Where a model's files are on this machine, and how they hold it. */
export interface ModelPlace {
  /** `adapter`: a folder with an adapter alone; one beside a whole model is an extra. */
  readonly form: "folder" | "gguf" | "adapter";
  readonly path: string;
  /** The base that an adapter was named with: counts in the place of the one that its file names. */
  readonly base?: string;
}

/**
 * Where a model of any form is: a folder in Hugging Face's layout, a `.gguf` file, `hf:owner/name` (fetched where the
 * cache lacks it), an adapter's folder in PEFT's format, or a run's folder, which stands for its trained model. An
 * adapter may be named with the base that it is to be put on: `adapter+base`.
 *
 * @throws CheckpointError for what is none of them
 */
export async function findModelPlace(name: string): Promise<ModelPlace> {
  checkModelName(name);
  const { own, base } = withoutBase(name);
  const place = await placeOf(own);
  if (base === null) return place;
  if (place.form === "adapter") return { ...place, base };
  throw new CheckpointError(
    `Expected an adapter before the base ${show(base)}, got ${show(own)}, a whole model; leave the base out.`,
  );
}

async function placeOf(name: string): Promise<ModelPlace> {
  const { model } = findModel(name);
  const path = isHubSpec(model) ? (await fetchModel(parseHubSpec(model))).path : model;
  if (path.endsWith(".gguf")) {
    await checkFile(path);
    return { form: "gguf", path };
  }
  await recoverFolder(path);
  const isAdapter = existsSync(join(path, ADAPTER_CONFIG));
  // Trainers save the base's config beside an adapter too.
  if (existsSync(join(path, "config.json")) && !(isAdapter && !hasWeights(path))) return { form: "folder", path };
  if (isAdapter) return { form: "adapter", path };
  throw await noModel(path);
}

function hasWeights(folder: string): boolean {
  return [WEIGHTS, WEIGHTS_INDEX].some((name) => existsSync(join(folder, name)));
}

async function noModel(path: string): Promise<CheckpointError> {
  const found = await stat(path).catch(() => undefined);
  const isFolder = found?.isDirectory() === true;
  const came = found === undefined ? "no such file or folder" : "another kind of file";
  const ofHub = found === undefined && /^[\w-][\w.-]*\/[\w.-]+$/.test(path);
  if (isFolder && existsSync(join(path, "adapter_model.safetensors")))
    return new CheckpointError(
      `Expected ${ADAPTER_CONFIG} beside the adapter's tensors in ${show(path)}, got none; copy it too.`,
    );
  return new CheckpointError(
    `Expected ${show(path)} to be a model (a folder with config.json, a .gguf file, hf:owner/name, an adapter's folder, adapter+base, or a run's), got ${isFolder ? "a folder without config.json" : came}; ${ofHub ? `for one of the hub write hf:${path}` : "correct the name"}.`,
  );
}
