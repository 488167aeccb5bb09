import { sumOf } from "../numbers/sum.ts";
import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CheckpointError, show } from "../errors.ts";
import { checkFile } from "../host/check-file.ts";
import { trainedModel, withoutBase } from "./find-model.ts";
import { isHubSpec, parseHubSpec } from "./hub/hub-spec.ts";
import { JsonFields } from "../host/json-fields.ts";
import { readJsonFile } from "../host/json-file.ts";
import { LORA_TARGETS, type LoraTarget } from "../model/lora-targets.ts";
import { adapterLayout, type Adapter, type LoraConfig } from "../model/lora.ts";
import type { ModelConfig } from "../model/model-config.ts";
import type { ParameterInfo } from "../model/parameters.ts";
import { checkFinite } from "./read-parameters.ts";
import { readSafetensors, safetensorsChunks, type NamedTensor } from "./safetensors.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";
import { tensorSource } from "./tensor-source.ts";
import { transposeInto } from "./transpose.ts";
import type { FileContent } from "../host/write-folder.ts";

export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";
/** What PEFT puts before the names of the base's parameters. */
const PREFIX = "base_model.model.";
/** The two sides of a target's update: A of shape [rank, in], B of shape [out, rank]. */
const ADAPTER_TENSOR = /\.lora_([AB])(?:\.default)?\.weight$/;
const MOST_RANK = 4096;
const MOST_CONFIG_BYTES = 2 ** 20;
const MOST_BYTES = 2 ** 31;

/** What an adapter's configuration says. */
export interface AdapterDescription {
  /** Without targets where the configuration gives a pattern of names: the tensors say them then. */
  readonly lora: LoraConfig;
  readonly base: string;
}

/** The files of an adapter in PEFT's format: its configuration and its tensors. */
export function adapterFiles(config: ModelConfig, { lora, parameters, base }: Adapter): Map<string, FileContent> {
  const json = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    ...namedBase(base),
    r: lora.rank,
    lora_alpha: lora.alpha,
    target_modules: lora.targets,
    lora_dropout: 0,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
  };
  const sources = adapterLayout(config, lora).map((info) => ({
    ...tensorSource(info, parameters),
    name: PREFIX + info.name,
  }));
  return new Map<string, FileContent>([
    [ADAPTER_CONFIG, `${JSON.stringify(json, null, 2)}\n`],
    [ADAPTER_WEIGHTS, safetensorsChunks(sources)],
  ]);
}

/** PEFT names a model of the hub without a prefix, and its commit beside it; it knows no runs. */
function namedBase(name: string): { readonly base_model_name_or_path: string; readonly revision?: string } {
  const { own: base } = withoutBase(name);
  // Whole, as the adapter may be used from another folder.
  if (!isHubSpec(base)) return { base_model_name_or_path: resolve(trainedModel(base) ?? base) };
  const { repo, file, revision } = parseHubSpec(base);
  return { base_model_name_or_path: file === null ? repo : `${repo}/${file}`, revision };
}

/** The base as aha names it. */
function baseOf(fields: JsonFields): string {
  const [name, revision] = [fields.get("base_model_name_or_path"), fields.get("revision")];
  if (typeof name !== "string") return "";
  return typeof revision === "string" && /^[\w.-]+\/[\w.-]+(\/.*)?$/.test(name) ? `hf:${name}@${revision}` : name;
}

/**
 * Reads an adapter's configuration.
 *
 * @throws CheckpointError where it isn't LoRA, or has parts that are not computed here
 */
export async function readAdapterConfig(folder: string): Promise<AdapterDescription> {
  const where = join(folder, ADAPTER_CONFIG);
  const json = await readJsonFile(where, MOST_CONFIG_BYTES);
  if (!isJsonObject(json))
    throw new CheckpointError(`Expected ${where} to hold a JSON object, got ${showJson(json)}; copy it again.`);
  const fields = new JsonFields(json, where);
  if (fields.get("peft_type") !== "LORA")
    fields.fail("peft_type", '"LORA"', "other kinds of adapters are not supported");
  for (const [name, plain] of [
    ["bias", "none"],
    ["use_dora", false],
    ["fan_in_fan_out", false],
    ["lora_bias", false],
    ["use_qalora", false],
    ["use_bdlora", false],
  ] as const) {
    if ((fields.get(name) ?? plain) !== plain)
      fields.fail(name, JSON.stringify(plain), "merge the adapter with the library that made it");
  }
  for (const name of [
    "rank_pattern",
    "alpha_pattern",
    "modules_to_save",
    "layer_replication",
    "target_parameters",
    "trainable_token_indices",
  ]) {
    const value = fields.get(name);
    const empty =
      value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
    if (!empty) fields.fail(name, "absent", "merge the adapter with the library that made it");
  }
  const rank = fields.integer("r", 1, MOST_RANK);
  const alpha = fields.number("lora_alpha", 1e-6, 1e6, rank);
  return {
    lora: {
      rank,
      alpha: fields.flag("use_rslora", false) ? alpha * Math.sqrt(rank) : alpha,
      targets: readTargets(fields),
    },
    base: baseOf(fields),
  };
}

/**
 * The layers that are adapted, by the last part of their names. A regular expression, names with dots, or some layers
 * only give none: the names of the tensors say which. A stranger's expression is never run.
 */
function readTargets(fields: JsonFields): LoraTarget[] {
  const value = fields.get("target_modules");
  const someLayers = fields.get("layers_to_transform") !== undefined;
  if (value === "all-linear") return someLayers ? [] : [...LORA_TARGETS];
  if (typeof value === "string" && value !== "") return [];
  const names: unknown[] = Array.isArray(value) ? value : [];
  const unknown = names.filter(
    (name) => typeof name !== "string" || !LORA_TARGETS.includes(name.split(".").at(-1) as LoraTarget),
  );
  if (names.length === 0 || unknown.length > 0)
    fields.fail("target_modules", `a list of ${LORA_TARGETS.join(", ")}`, "other modules are not supported");
  if (someLayers || names.some((name) => String(name).includes("."))) return [];
  return LORA_TARGETS.filter((target) => names.includes(target));
}

/** An adapter's own files, before it is known what base it stands on. */
export interface AdapterFiles extends AdapterDescription {
  /** Whether layers of a target may be without: a pattern of names chose them. */
  readonly isPartial: boolean;
  readonly where: string;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

/**
 * Reads an adapter's configuration and tensors, without its base.
 *
 * @throws CheckpointError where a file is missing or damaged, or a tensor is none of an adapter's
 */
export async function openAdapter(folder: string): Promise<AdapterFiles> {
  const description = await readAdapterConfig(folder);
  const where = join(folder, ADAPTER_WEIGHTS);
  const older = join(folder, "adapter_model.bin");
  if (!existsSync(where) && existsSync(older))
    throw new CheckpointError(
      `Expected ${where}, got ${older} alone, a file of PyTorch that is run to be read; load the adapter with PEFT and save it again: save_pretrained writes safetensors.`,
    );
  await checkFile(where, MOST_BYTES);
  const tensors = plainNames(readSafetensors(await readFile(where), where).tensors, where);
  const { rank } = description.lora;
  for (const [name, { shape }] of tensors) {
    const side = ADAPTER_TENSOR.exec(name)?.[1];
    if (side === undefined || shape.length !== 2 || shape[side === "A" ? 0 : 1] !== rank)
      throw new CheckpointError(
        `Expected ${where} to hold the tensors of an adapter of rank ${rank}, got ${show(name)} of shape [${shape.join(", ")}]; copy it again.`,
      );
  }
  if (tensors.size === 0)
    throw new CheckpointError(`Expected ${where} to hold the tensors of an adapter, got none; copy it again.`);
  const { lora } = description;
  const targets = lora.targets.length > 0 ? lora.targets : LORA_TARGETS.filter((target) => hasTarget(tensors, target));
  return { ...description, lora: { ...lora, targets }, isPartial: lora.targets.length === 0, where, tensors };
}

/** Names as PEFT saves them now: an adapter may have had a name, and its model may have been compiled. */
function plainNames(tensors: ReadonlyMap<string, NamedTensor>, where: string): Map<string, NamedTensor> {
  const plain = new Map<string, NamedTensor>();
  for (const [name, tensor] of tensors) {
    const known = name.replaceAll("_orig_mod.", "").replace(/(\.lora_[AB])\.default(?=\.weight$)/, "$1");
    if (plain.has(known))
      throw new CheckpointError(`Expected ${show(known)} once in ${where}, got it twice; copy it again.`);
    plain.set(known, tensor);
  }
  return plain;
}

function hasTarget(tensors: ReadonlyMap<string, NamedTensor>, target: LoraTarget): boolean {
  return [...tensors.keys()].some((name) => name.endsWith(`.${target}.lora_A.weight`));
}

/** As `openAdapter` and `fitAdapter`, for a base of this shape. */
export async function readAdapter(folder: string, config: ModelConfig): Promise<Adapter> {
  return fitAdapter(await openAdapter(folder), config);
}

/** An adapter for a base of this shape. @throws CheckpointError where it belongs to a base of another shape */
export function fitAdapter({ lora, base, isPartial, where, tensors }: AdapterFiles, config: ModelConfig): Adapter {
  const layout = adapterLayout(config, lora);
  // All is checked before memory is made: a configuration may claim any rank.
  const both = (name: string): boolean =>
    ["A", "B"].some((side) => tensors.has(PREFIX + name.replace(/lora_[AB]\.weight$/, `lora_${side}.weight`)));
  const matched = layout
    .filter(({ name }) => !isPartial || both(name))
    .map((info) => ({ info, tensor: matching(info, tensors.get(PREFIX + info.name), where) }));
  if (tensors.size > matched.length) {
    const known = new Set(layout.map(({ name }) => PREFIX + name));
    throw otherBase(
      where,
      `${show([...tensors.keys()].find((name) => !known.has(name)))}, which the base has no layer for`,
    );
  }
  const parameters = new Float32Array(sumOf(layout, ({ size }) => size));
  for (const {
    info: { shape, offset, size },
    tensor,
  } of matched)
    transposeInto(
      { values: tensor.data, rows: shape[1]!, columns: shape[0]! },
      parameters.subarray(offset, offset + size),
    );
  checkFinite(parameters, layout, where);
  return { lora, parameters, base };
}

function matching({ name, shape }: ParameterInfo, tensor: NamedTensor | undefined, where: string): NamedTensor {
  const [columns, rows] = shape as readonly [number, number];
  if (tensor === undefined) throw otherBase(where, `no ${name}`);
  if (tensor.shape.length !== 2 || tensor.shape[0] !== rows || tensor.shape[1] !== columns)
    throw otherBase(where, `${name} of shape [${tensor.shape.join(", ")}] instead of [${rows}, ${columns}]`);
  return tensor;
}

function otherBase(where: string, got: string): CheckpointError {
  return new CheckpointError(
    `Expected ${where} to be an adapter of this base, got ${got}; use the base that its ${ADAPTER_CONFIG} names.`,
  );
}
