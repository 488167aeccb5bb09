import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, show } from "../errors.ts";
import { checkFile, bytesOfFile, rethrowReadError } from "../host/check-file.ts";
import { readJsonFile, readOptionalJsonFile } from "../host/json-file.ts";
import { isRemotePath } from "../text/local-path.ts";
import { printableLine } from "../text/printable.ts";
import { ADAPTER_CONFIG, fitAdapter, openAdapter } from "./adapter-files.ts";
import { checkSavable, checkTokenizerFits, type SavableModel } from "./check-savable.ts";
import { modelConfigFromJson, modelConfigToJson, withEndTokens, type ModelConfig } from "../model/model-config.ts";
import { MOST_BYTES } from "./model-file-limits.ts";
import { loadGguf } from "./gguf/load-gguf.ts";
import { fetchModel } from "./hub/fetch-model.ts";
import { isHubSpec, parseHubSpec } from "./hub/hub-spec.ts";
import { adapterLayout, mergeAdapterInto, mergedTensors, type Adapter } from "../model/lora.ts";
import { parameterLayout } from "../model/parameters.ts";
import { checkFinite } from "./read-parameters.ts";
import { readWeights } from "./read-weights.ts";
import type { TensorType } from "./safetensors-header.ts";
import { safetensorsChunks } from "./safetensors.ts";
import { isJsonObject } from "../host/show-json.ts";
import { tensorSource } from "./tensor-source.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { findWeightFiles, WEIGHTS } from "./weight-files.ts";
import { recoverFolder, writeFolderAtomically, type FileContent } from "../host/write-folder.ts";

/** A model as a folder holds it. */
export interface Checkpoint {
  readonly config: ModelConfig;
  /** All parameters in the order of `parameterLayout(config)`, shape [parameterCount(config)]. */
  readonly parameters: Float32Array;
  readonly tokenizer: Tokenizer;
  readonly folder: string;
  /** What is trained in the place of the parameters. */
  readonly adapter?: Adapter;
}

/** What to save; `extraFiles` go beside the model's files, e.g. a card as `README.md`. */
export interface CheckpointToSave extends SavableModel {
  /** How weights are stored; F32, bit for bit, where not given. */
  readonly type?: TensorType;
  /** Is written into the weights on their way, one tensor at a time. */
  readonly adapter?: Adapter | undefined;
  readonly extraFiles?: ReadonlyMap<string, FileContent>;
}

const GENERATION = "generation_config.json";
const CHAT_TEMPLATE = "chat_template.jinja";
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
 * Loads a model folder in Hugging Face's format, a GGUF file, or a model of the hub by its name (`hf:owner/name`); an
 * adapter's folder in PEFT's format is loaded as the base that it names with the adapter written into its weights.
 *
 * @throws CheckpointError where a file is missing, damaged or doesn't fit `config.json`, or a weight isn't finite
 * @throws TokenizerError where the tokenizer can't be read or has more ids than the model has rows
 */
export function loadCheckpoint(model: string): Promise<Checkpoint> {
  return load(model, () => Promise.resolve());
}

/** @param onConfig looks at the config before memory is spent on weights */
async function load(model: string, onConfig: (config: ModelConfig) => Promise<void>): Promise<Checkpoint> {
  return loadFolder(isHubSpec(model) ? (await fetchModel(parseHubSpec(model))).path : model, onConfig);
}

async function loadFolder(folder: string, onConfig: (config: ModelConfig) => Promise<void>): Promise<Checkpoint> {
  if (folder.endsWith(".gguf")) {
    await checkFile(folder);
    return loadGguf(folder, onConfig).catch((error: unknown) => rethrowReadError(folder, error));
  }
  await recoverFolder(folder);
  if (isAdapterFolder(folder)) return loadAdapted(folder);
  const configPath = join(folder, "config.json");
  const config = withEndTokens(
    modelConfigFromJson(await readJsonFile(configPath, MOST_BYTES.config), configPath),
    await readOptionalJsonFile(join(folder, GENERATION), MOST_BYTES.config),
    join(folder, GENERATION),
  );
  await onConfig(config);
  const weights = await findWeightFiles(folder);
  const tokenizer = loadTokenizer(
    await readJsonFile(join(folder, "tokenizer.json"), MOST_BYTES.tokenizer),
    await readTokenizerConfig(folder),
  );
  checkTokenizerFits(tokenizer, config, folder);
  const parameters = await readWeights(weights, config).catch((error: unknown) =>
    rethrowReadError(weights.where, error),
  );
  return { config, parameters, tokenizer, folder };
}

/** A folder with an adapter alone: one beside a whole model is an extra. */
function isAdapterFolder(folder: string): boolean {
  return existsSync(join(folder, ADAPTER_CONFIG)) && !existsSync(join(folder, "config.json"));
}

/** What is wrong with an adapter is told before its base is fetched: which base that is, a stranger's file may say. */
async function loadAdapted(folder: string): Promise<Checkpoint> {
  const files = await openAdapter(folder);
  const { base } = files;
  const where = join(folder, ADAPTER_CONFIG);
  // What the file says is shown in later messages as it is.
  if (base === "" || /\p{C}/u.test(base))
    throw new CheckpointError(
      `Expected \`base_model_name_or_path\` in ${where} to name the base, got ${show(base)}; write it there.`,
    );
  const ofHub = isHubSpec(base);
  if (!ofHub && isRemotePath(base))
    throw new CheckpointError(
      `Expected \`base_model_name_or_path\` in ${where} to name a model on this machine or of the hub, got ${show(base)}, a share or an address; copy the base here and write its folder there.`,
    );
  if (isAdapterFolder(base))
    throw new CheckpointError(
      `Expected \`base_model_name_or_path\` in ${where} to name a whole model, got ${show(base)}, another adapter; merge that one first.`,
    );
  const looksLikeHub = /^[\w.-]+\/[\w.-]+$/.test(base);
  const found =
    !ofHub && (existsSync(base) || !looksLikeHub) ? base : await fetchBase(ofHub ? base : `hf:${base}`, folder);
  if (isAdapterFolder(found))
    throw new CheckpointError(
      `Expected \`base_model_name_or_path\` in ${where} to name a whole model, got ${show(base)}, another adapter; merge that one first.`,
    );
  let adapter: Adapter | undefined;
  const model = await loadFolder(found, async (config) => {
    adapter = fitAdapter(files, config);
    return Promise.resolve();
  });
  mergeAdapterInto(model.config, model.parameters, adapter!);
  return { ...model, folder };
}

/**
 * The base that an adapter's file names, from the hub. What is fetched is said, whoever called; and the user's token
 * isn't
 * sent for a name that he didn't choose.
 */
async function fetchBase(base: string, folder: string): Promise<string> {
  const spec = parseHubSpec(base);
  const onDownload = (): unknown =>
    process.stderr.write(printableLine(`Fetching ${base}, the base that the adapter in ${folder} names.`) + "\n");
  const { path } = await fetchModel(spec, { anonymous: true, onDownload }).catch((error: Error) => {
    if (!/status 40[13]/.test(error.message)) throw error;
    throw new CheckpointError(
      `Expected ${base}, the base that the adapter in ${folder} names, to be public, as your token is not sent for a name that a file says; if you trust it, fetch it yourself first: \`aha preview ${base}\`.`,
      { cause: error },
    );
  });
  return path;
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
  { config, parameters, tokenizer, type = "F32", adapter, extraFiles }: CheckpointToSave,
): Promise<void> {
  checkSavable({ config, parameters, tokenizer }, folder);
  if (adapter !== undefined) checkFinite(adapter.parameters, adapterLayout(config, adapter.lora), folder);
  const changed = adapter === undefined ? undefined : mergedTensors(config, adapter);
  const files = new Map<string, FileContent>([
    ["config.json", jsonText({ ...modelConfigToJson(config), torch_dtype: TORCH_TYPES[type] })],
    [
      WEIGHTS,
      safetensorsChunks(
        parameterLayout(config).map((info) => tensorSource(info, parameters, changed)),
        {},
        type,
      ),
    ],
    ["tokenizer.json", jsonText(tokenizer.json)],
    ["tokenizer_config.json", jsonText(tokenizerConfig(tokenizer, config))],
    [GENERATION, jsonText(generationConfig(config))],
  ]);
  for (const [name, content] of extraFiles ?? []) {
    if (files.has(name))
      throw new CheckpointError(`Expected extra files beside the model's own, got ${show(name)}; rename it.`);
    files.set(name, content);
  }
  await writeFolderAtomically(folder, files, FILES);
}

/**
 * `tokenizer_config.json`, with the chat template that newer folders keep in a file of its own; as in transformers,
 * that one counts.
 */
async function readTokenizerConfig(folder: string): Promise<unknown> {
  const config = await readOptionalJsonFile(join(folder, "tokenizer_config.json"), MOST_BYTES.tokenizerConfig);
  const path = join(folder, CHAT_TEMPLATE);
  if ((await bytesOfFile(path)) === null || !isJsonObject(config)) return config;
  await checkFile(path, MOST_BYTES.tokenizerConfig);
  return {
    ...config,
    chat_template: await readFile(path, "utf8").catch((error: unknown) => rethrowReadError(path, error)),
  };
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
    eos_token: token(config.eosTokenIds[0]),
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
