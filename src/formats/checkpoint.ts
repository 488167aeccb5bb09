import { join } from "node:path";
import { CheckpointError, show } from "../errors.ts";
import { rethrowReadError } from "../host/check-file.ts";
import { readJsonFile, readOptionalJsonFile } from "../host/json-file.ts";
import { findAdapterBase } from "./adapter-base.ts";
import { fitAdapter, openAdapter } from "./adapter-files.ts";
import { checkSavable, checkTokenizerFits, type SavableModel } from "./check-savable.ts";
import {
  endTokenIds,
  modelConfigFromJson,
  modelConfigToJson,
  withEndTokens,
  type ModelConfig,
} from "../model/model-config.ts";
import { MOST_BYTES } from "./model-file-limits.ts";
import { loadGguf } from "./gguf/load-gguf.ts";
import { findModelPlace, type ModelPlace } from "./model-place.ts";
import { adapterLayout, mergeAdapterInto, mergedTensors, type Adapter } from "../model/lora.ts";
import { parameterLayout } from "../model/parameters.ts";
import { checkFinite } from "./read-parameters.ts";
import { readWeights } from "./read-weights.ts";
import type { TensorType } from "./safetensors-header.ts";
import { safetensorsChunks } from "./safetensors.ts";
import { tensorSource } from "./tensor-source.ts";
import { withFurtherEnds } from "./chat/further-ends.ts";
import { hasTokenizerFiles, readTokenizer } from "./tokenizer-files.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { findWeightFiles, WEIGHTS } from "./weight-files.ts";
import { writeFolderAtomically, type FileContent } from "../host/write-folder.ts";

/** What of a model says how it is asked and what it answers in: everything but its weights. */
export interface ModelFace {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly folder: string;
}

/** A model as a folder holds it. */
export interface Checkpoint extends ModelFace {
  /** All parameters in the order of `parameterLayout(config)`, shape [parameterCount(config)]. */
  readonly parameters: Float32Array;
  /** What is trained in the place of the parameters. */
  readonly adapter?: Adapter;
}

/** What to save; `extraFiles` go beside the model's files, e.g. a card as `README.md`. */
export interface CheckpointToSave extends SavableModel {
  /** How weights are stored; F32, bit for bit, where not given. */
  readonly type?: TensorType;
  /** What generation_config.json says besides the tokens of beginning and end: how the model is sampled. */
  readonly generation?: Readonly<Record<string, unknown>>;
  /** Is written into the weights on their way, one tensor at a time. */
  readonly adapter?: Adapter | undefined;
  readonly extraFiles?: ReadonlyMap<string, FileContent>;
}

const GENERATION = "generation_config.json";
const FILES: readonly string[] = [
  "config.json",
  WEIGHTS,
  "tokenizer.json",
  "tokenizer_config.json",
  GENERATION,
  "README.md",
];
const TORCH_TYPES: Readonly<Record<TensorType, string>> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

/**
 * Loads a model folder in Hugging Face's format, a GGUF file, a model of the hub by its name (`hf:owner/name`), or the
 * trained model of a run by the run's folder; an adapter's folder in PEFT's format, or one of the hub, is loaded as the
 * base that it names, or is named with (`adapter+base`), with the adapter written into its weights.
 *
 * @throws CheckpointError where a file is missing, damaged or doesn't fit `config.json`, or a weight isn't finite
 * @throws TokenizerError where the tokenizer can't be read or has more ids than the model has rows
 */
export async function loadCheckpoint(model: string): Promise<Checkpoint> {
  const place = await findModelPlace(model);
  return place.form === "adapter" ? loadAdapted(place) : loadWhole(place);
}

/** What an adapter asks of its base. */
interface OnBase {
  /** Looks at the config before memory is spent on weights. */
  readonly onConfig: (config: ModelConfig) => void;
  /** The adapter's folder: what its trainer saved there of tokenizer, template and ends counts. */
  readonly beside: string;
}

async function loadWhole({ form, path: folder }: ModelPlace, onBase?: OnBase): Promise<Checkpoint> {
  const beside = onBase !== undefined && hasTokenizerFiles(onBase.beside) ? onBase.beside : undefined;
  if (form === "gguf") {
    const model = await loadGguf(folder, onBase?.onConfig).catch((error: unknown) => rethrowReadError(folder, error));
    if (beside === undefined) return model;
    const { furtherEndIds: _ends, ...config } = model.config;
    return {
      ...model,
      ...(await asked(await readTokenizer(beside, { config, own: model.tokenizer }), config, beside)),
    };
  }
  const config = await readConfig(folder);
  onBase?.onConfig(config);
  const weights = await findWeightFiles(folder);
  const own = await readTokenizer(folder, { config });
  const tokenizer = beside === undefined ? own : await readTokenizer(beside, { config, own });
  const how = await asked(tokenizer, config, beside ?? folder);
  const parameters = await readWeights(weights, config).catch((error: unknown) =>
    rethrowReadError(weights.where, error),
  );
  return { ...how, parameters, folder };
}

async function readConfig(folder: string): Promise<ModelConfig> {
  const path = join(folder, "config.json");
  return withEndTokens(
    modelConfigFromJson(await readJsonFile(path, MOST_BYTES.config), path),
    await readOptionalJsonFile(join(folder, GENERATION), MOST_BYTES.config),
    join(folder, GENERATION),
  );
}

/**
 * A model without its weights, which needn't be there: a folder with its config and its tokenizer, or a model of any
 * form.
 *
 * @throws CheckpointError, TokenizerError as `loadCheckpoint`
 */
export async function loadModelFace(model: string): Promise<ModelFace> {
  const { form, path: folder } = await findModelPlace(model);
  if (form !== "folder")
    throw new CheckpointError(
      `Expected ${show(model)} to be a folder with config.json and tokenizer.json, got ${form === "gguf" ? "a GGUF file" : "an adapter"}; name such a folder.`,
    );
  const config = await readConfig(folder);
  return { ...(await asked(await readTokenizer(folder, { config }), config, folder)), folder };
}

/** Where the texts of a model end, with what this folder says of it. */
async function asked(
  tokenizer: Tokenizer,
  config: ModelConfig,
  folder: string,
): Promise<Pick<Checkpoint, "config" | "tokenizer">> {
  checkTokenizerFits(tokenizer, config, folder);
  const generation = join(folder, GENERATION);
  const ends = withEndTokens(config, await readOptionalJsonFile(generation, MOST_BYTES.config), generation);
  return { config: await withFurtherEnds(ends, tokenizer), tokenizer };
}

/** What is wrong with an adapter is told before its base is fetched: which base that is, a stranger's file may say. */
async function loadAdapted(place: ModelPlace): Promise<Checkpoint> {
  const folder = place.path;
  const files = await openAdapter(folder);
  let adapter: Adapter | undefined;
  const model = await loadWhole(await findAdapterBase(place, files), {
    onConfig: (config) => {
      adapter = fitAdapter(files, config);
    },
    beside: folder,
  });
  mergeAdapterInto(model.config, model.parameters, adapter!);
  return { ...model, folder };
}

/**
 * Saves a model folder that `loadCheckpoint` and transformers load, whole or not at all.
 *
 * @throws CheckpointError where the parameters don't fit the config or aren't finite, or the folder can't be written or
 *   holds other files
 * @throws TokenizerError where the tokenizer has more ids than the model has rows
 */
export async function saveCheckpoint(
  folder: string,
  { config, parameters, tokenizer, type = "F32", adapter, generation = {}, extraFiles }: CheckpointToSave,
): Promise<void> {
  checkSavable({ config, parameters, tokenizer }, folder);
  if (adapter !== undefined) checkFinite(adapter.parameters, adapterLayout(config, adapter.lora), folder);
  const changed = adapter === undefined ? undefined : mergedTensors(config, adapter);
  const files = modelFaceFiles({ config, tokenizer }, { type, generation });
  files.set(
    WEIGHTS,
    safetensorsChunks(
      parameterLayout(config).map((info) => tensorSource(info, parameters, changed)),
      {},
      type,
    ),
  );
  for (const [name, content] of extraFiles ?? []) {
    if (files.has(name))
      throw new CheckpointError(`Expected extra files beside the model's own, got ${show(name)}; rename it.`);
    files.set(name, content);
  }
  await writeFolderAtomically(folder, files, FILES);
}

/** The files of a model without its weights, which `loadModelFace` reads. */
export function modelFaceFiles(
  { config, tokenizer }: Pick<ModelFace, "config" | "tokenizer">,
  { type = "F32", generation = {} }: Pick<CheckpointToSave, "type" | "generation"> = {},
): Map<string, FileContent> {
  return new Map<string, FileContent>([
    ["config.json", jsonText({ ...modelConfigToJson(config), torch_dtype: TORCH_TYPES[type] })],
    ["tokenizer.json", jsonText(tokenizer.json)],
    ["tokenizer_config.json", jsonText(tokenizerConfig(tokenizer, config))],
    [GENERATION, jsonText({ ...generationConfig(config), ...generation })],
  ]);
}

/** What the tokenizer came with, and for a new one what transformers needs to load it. */
function tokenizerConfig(tokenizer: Tokenizer, config: ModelConfig): Record<string, unknown> {
  const token = (id: number | null | undefined): string | null =>
    id === null || id === undefined ? null : (tokenizer.idToToken(id) ?? null);
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    model_max_length: config.maxPositions,
    bos_token: token(config.bosTokenId),
    eos_token: token(endTokenIds(config)[0]),
    pad_token: token(config.padTokenId),
    ...tokenizer.config,
  };
}

function generationConfig(config: ModelConfig): Record<string, unknown> {
  const json = modelConfigToJson(config);
  return { bos_token_id: json["bos_token_id"], eos_token_id: json["eos_token_id"], pad_token_id: json["pad_token_id"] };
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
