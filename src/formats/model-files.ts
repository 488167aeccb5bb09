import { existsSync } from "node:fs";
import { join } from "node:path";
import { findAdapterBase } from "./adapter-base.ts";
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, openAdapter } from "./adapter-files.ts";
import { findModelPlace, type ModelPlace } from "./model-place.ts";
import { checkFile } from "../host/check-file.ts";
import { TOKENIZER, TOKENIZER_EXTRAS } from "./tokenizer-files.ts";
import { findWeightFiles } from "./weight-files.ts";

/** The files of a model that `loadCheckpoint` reads, by path. */
export interface ModelFiles {
  /** What makes the model: its config, its weights and its tokenizer, an adapter's own files before its base's. */
  readonly main: readonly string[];
  /** What only says how it is asked and where it ends, where that is there. */
  readonly others: readonly string[];
  /** Whether it is a folder whose weights are one file. */
  readonly isPlain: boolean;
}

const OTHERS: readonly string[] = ["generation_config.json", ...TOKENIZER_EXTRAS];

/**
 * Finds the files of a model of any form, fetched where it is one of the hub.
 *
 * @throws CheckpointError where there is no model, or a file of it is missing
 */
export async function modelFiles(model: string): Promise<ModelFiles> {
  return filesOf(await findModelPlace(model));
}

async function filesOf(place: ModelPlace): Promise<ModelFiles> {
  const { form, path } = place;
  if (form === "gguf") return { main: [path], others: [], isPlain: false };
  if (form === "adapter") {
    const base = await filesOf(await findAdapterBase(place, await openAdapter(path)));
    const own = [ADAPTER_CONFIG, ADAPTER_WEIGHTS].map((name) => join(path, name));
    const beside = [TOKENIZER, ...OTHERS].map((name) => join(path, name)).filter((file) => existsSync(file));
    return { main: [...own, ...base.main], others: [...beside, ...base.others], isPlain: false };
  }
  const { files, places, where } = await findWeightFiles(path);
  const isPlain = places === null;
  const [config, tokenizer] = ["config.json", "tokenizer.json"].map((name) => join(path, name)) as [string, string];
  for (const file of [config, tokenizer]) await checkFile(file);
  return {
    main: [config, ...(isPlain ? [] : [where]), ...files, tokenizer],
    others: OTHERS.map((name) => join(path, name)).filter((file) => existsSync(file)),
    isPlain,
  };
}
