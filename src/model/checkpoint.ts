import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, TokenizerError, show } from "../errors.ts";
import { checkModelConfig, modelConfigFromJson, modelConfigToJson, withEndTokens, type ModelConfig } from "./model-config.ts";
import { ADAPTER_CONFIG, readAdapter, readAdapterConfig } from "./adapter-files.ts";
import { loadGguf } from "./gguf/load-gguf.ts";
import { fetchModel } from "./hub/fetch-model.ts";
import { isHubSpec, parseHubSpec } from "./hub/hub-spec.ts";
import { mergeAdapter, type Adapter } from "./lora.ts";
import { parameterCount, parameterLayout } from "./parameters.ts";
import { checkFinite, readWeights } from "./read-weights.ts";
import { safetensorsChunks } from "./safetensors.ts";
import { isJsonObject } from "./show-json.ts";
import { tensorSource } from "./tensor-source.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";
import { findWeightFiles, WEIGHTS } from "./weight-files.ts";
import { recoverFolder, writeFolderAtomically, type FileContent } from "./write-folder.ts";

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
export interface CheckpointToSave {
  readonly config: ModelConfig;
  readonly parameters: Float32Array;
  readonly tokenizer: Tokenizer;
  readonly extraFiles?: ReadonlyMap<string, FileContent>;
}

const GENERATION = "generation_config.json";
const CHAT_TEMPLATE = "chat_template.jinja";
const FILES: readonly string[] = ["config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json", GENERATION, "README.md"];
const MOST_JSON_BYTES = 256 * 2 ** 20;

/**
 * Loads a model folder in Hugging Face's format, a GGUF file, or a model of the hub by its name (`hf:owner/name`); an
 * adapter's folder in PEFT's format is loaded as the base that it names with the adapter written into its weights.
 *
 * @throws CheckpointError where a file is missing, damaged or doesn't fit `config.json`, or a weight isn't finite
 * @throws TokenizerError where the tokenizer can't be read or has more ids than the model has rows
 */
export async function loadCheckpoint(model: string): Promise<Checkpoint> {
  const folder = isHubSpec(model) ? (await fetchModel(parseHubSpec(model))).path : model;
  if (folder.endsWith(".gguf")) {
    await checkFile(folder);
    return loadGguf(folder).catch((error: unknown) => rethrowReadError(folder, error));
  }
  await recoverFolder(folder);
  if (await isAdapterFolder(folder)) return loadAdapted(folder);
  const configPath = join(folder, "config.json");
  const config = withEndTokens(modelConfigFromJson(await readJson(configPath), configPath), await readOptionalJson(join(folder, GENERATION)), join(folder, GENERATION));
  const tokenizer = loadTokenizer(await readJson(join(folder, "tokenizer.json")), await readTokenizerConfig(folder));
  checkTokenizerFits(tokenizer, config, folder);
  const weights = await findWeightFiles(folder);
  const parameters = await readWeights(weights, config).catch((error: unknown) => rethrowReadError(weights.where, error));
  return { config, parameters, tokenizer, folder };
}

/** A folder with an adapter alone: one beside a whole model is an extra. */
async function isAdapterFolder(folder: string): Promise<boolean> {
  const has = (file: string): Promise<boolean> => stat(join(folder, file)).then(() => true, () => false);
  return (await has(ADAPTER_CONFIG)) && !(await has("config.json"));
}

async function loadAdapted(folder: string): Promise<Checkpoint> {
  const { base } = await readAdapterConfig(folder);
  if (base === "") throw new CheckpointError(`Expected \`base_model_name_or_path\` in ${join(folder, ADAPTER_CONFIG)} to name the base, got nothing; write it there.`);
  const isThere = await stat(base).then(() => true, () => false);
  const looksLikeHub = /^[\w.-]+\/[\w.-]+$/.test(base);
  const model = await loadCheckpoint(isThere || !looksLikeHub ? base : `hf:${base}`);
  return { ...model, parameters: mergeAdapter(model.config, model.parameters, await readAdapter(folder, model.config)), folder };
}

/**
 * Saves a model folder that `loadCheckpoint` and transformers load, whole or not at all. Weights are written bit for bit.
 *
 * @throws CheckpointError where the parameters don't fit the config or aren't finite, or the folder can't be written or holds other files
 * @throws TokenizerError where the tokenizer has more ids than the model has rows
 */
export async function saveCheckpoint(folder: string, { config, parameters, tokenizer, extraFiles }: CheckpointToSave): Promise<void> {
  checkModelConfig(config, folder);
  if (parameters.length !== parameterCount(config)) {
    throw new CheckpointError(`Expected ${parameterCount(config)} parameters to save in ${folder}, got ${parameters.length}; was another config used?`);
  }
  const layout = parameterLayout(config);
  checkFinite(parameters, layout, folder);
  checkTokenizerFits(tokenizer, config, folder);
  const files = new Map<string, FileContent>([
    ["config.json", jsonText(modelConfigToJson(config))],
    [WEIGHTS, safetensorsChunks(layout.map((info) => tensorSource(info, parameters)))],
    ["tokenizer.json", jsonText(tokenizer.json)],
    ["tokenizer_config.json", jsonText(tokenizerConfig(tokenizer, config))],
    [GENERATION, jsonText(generationConfig(config))],
  ]);
  for (const [name, content] of extraFiles ?? []) {
    if (files.has(name)) throw new CheckpointError(`Expected extra files beside the model's own, got ${show(name)}; rename it.`);
    files.set(name, content);
  }
  await writeFolderAtomically(folder, files, FILES);
}

/** `tokenizer_config.json`, with the chat template that newer folders keep in a file of its own; as in transformers, that one counts. */
async function readTokenizerConfig(folder: string): Promise<unknown> {
  const config = await readOptionalJson(join(folder, "tokenizer_config.json"));
  const path = join(folder, CHAT_TEMPLATE);
  if ((await stat(path).catch(() => undefined)) === undefined || !isJsonObject(config)) return config;
  await checkFile(path, MOST_JSON_BYTES);
  return { ...config, chat_template: await readFile(path, "utf8").catch((error: unknown) => rethrowReadError(path, error)) };
}

function checkTokenizerFits(tokenizer: Tokenizer, config: ModelConfig, folder: string): void {
  if (tokenizer.vocabSize <= config.vocabSize) return;
  throw new TokenizerError(`Expected the tokenizer of ${folder} to have ids below the model's ${config.vocabSize}, got ${tokenizer.vocabSize - 1}; it belongs to another model.`);
}

/** What the tokenizer came with, and for a new one what transformers needs to load it. */
function tokenizerConfig(tokenizer: Tokenizer, config: ModelConfig): Record<string, unknown> {
  const token = (id: number | null | undefined): string | null => (id === null || id === undefined ? null : (tokenizer.idToToken(id) ?? null));
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

async function readJson(path: string): Promise<unknown> {
  await checkFile(path, MOST_JSON_BYTES);
  const text = await readFile(path, "utf8").catch((error: unknown) => rethrowReadError(path, error));
  try {
    return JSON.parse(text);
  } catch {
    throw new CheckpointError(`Expected ${path} to hold JSON, got something else; copy it again.`);
  }
}

async function readOptionalJson(path: string): Promise<unknown> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? {} : readJson(path);
}

async function checkFile(path: string, mostBytes: number = Number.POSITIVE_INFINITY): Promise<void> {
  const found = await stat(path).catch((error: unknown) => rethrowReadError(path, error));
  if (!found.isFile()) throw new CheckpointError(`Expected ${path} to be a file, got a folder or device; is this a model folder?`);
  if (found.size > mostBytes) throw new CheckpointError(`Expected ${path} to have at most ${mostBytes} bytes, got ${found.size}; copy it again.`);
}

function rethrowReadError(path: string, error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  const came = code === "ENOENT" ? "no such file" : code;
  throw new CheckpointError(`Expected a readable file ${path}, got ${came}; is this a model folder?`, { cause: error });
}
