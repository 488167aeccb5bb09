import { CheckpointError } from "../../errors.ts";
import { ropeFactors } from "../../graph/index.ts";
import { checkSavable, type SavableModel } from "../check-savable.ts";
import { modelFamily, type ModelConfig } from "../../model/model-config.ts";
import { parameterLayout, type ParameterInfo } from "../../model/parameters.ts";
import { ELEMENT_BYTES, type TensorType } from "../safetensors-header.ts";
import type { TensorSource } from "../safetensors.ts";
import { tensorBytes } from "../tensor-bytes.ts";
import { tensorSource } from "../tensor-source.ts";
import { writeFileAtomically } from "../../host/write-file.ts";
import { configMetadata } from "./config-metadata.ts";
import { ggufName, isWoven, ROPE_FACTORS, weaveHeads } from "./gguf-names.ts";
import { fitsQ8, Q8_BLOCK, Q8_BLOCK_BYTES, quantizeQ8 } from "./quantize-q8.ts";
import { textValue, uint32, type GgufMetadata } from "./gguf-value.ts";
import { tokenizerMetadata } from "./tokenizer-metadata.ts";
import { headerBytes, padding } from "./header-bytes.ts";

/** Q8_0 takes 8.5 bits a number; matrices whose rows are no multiple of 32 are F16 then, as in llama.cpp. */
export type GgufType = TensorType | "Q8_0";

export interface GgufToSave extends SavableModel {
  /** How matrices are stored; F32, bit for bit, where not given. Vectors stay F32, as llama.cpp wants them. */
  readonly type?: GgufType;
  /** What the model is called. */
  readonly name?: string;
}

/** Numbers of the formats of tensors, and what the file calls itself by that of its matrices. */
const FORMATS: Readonly<Record<GgufType, { readonly format: number; readonly fileType: number }>> = {
  F32: { format: 0, fileType: 0 },
  F16: { format: 1, fileType: 1 },
  BF16: { format: 30, fileType: 32 },
  Q8_0: { format: 8, fileType: 7 },
};

/**
 * Saves a model as one GGUF file that `loadCheckpoint`, llama.cpp and Ollama load, whole or not at all. Tensors are
 * made one at a time.
 *
 * @throws CheckpointError where the parameters don't fit the config or aren't finite, llama.cpp doesn't compute such a
 *   model, or the file can't be written
 * @throws TokenizerError where the tokenizer doesn't fit the model, or llama.cpp has no like of it
 */
export async function saveGguf(
  path: string,
  { config, parameters, tokenizer, type = "F32", name }: GgufToSave,
): Promise<void> {
  checkSavable({ config, parameters, tokenizer }, path);
  const metadata: GgufMetadata = new Map([
    ...configMetadata(config, path),
    ["general.type", textValue("model")],
    ...(name === undefined ? [] : [["general.name", textValue(name)] as const]),
    ["general.file_type", uint32(FORMATS[type].fileType)],
    ...tokenizerMetadata(tokenizer, config, path),
  ]);
  const tensors = tensorSources(config, parameters).map((source) => ({
    ...source,
    type: typeOf(source.shape, type),
  }));
  const infos = tensors.map(({ name: tensor, shape, type: of }) => ({
    name: tensor,
    shape,
    format: FORMATS[of].format,
    bytes: byteCount(
      of,
      shape.reduce((product, length) => product * length, 1),
    ),
  }));
  const header = headerBytes(metadata, infos);
  await writeFileAtomically(path, chunks(header, tensors));
}

function typeOf(shape: readonly number[], type: GgufType): GgufType {
  if (shape.length === 1) return "F32";
  return type === "Q8_0" && shape.at(-1)! % Q8_BLOCK !== 0 ? "F16" : type;
}

function byteCount(type: GgufType, numbers: number): number {
  return type === "Q8_0" ? (numbers / Q8_BLOCK) * Q8_BLOCK_BYTES : ELEMENT_BYTES[type] * numbers;
}

function bytesOf(name: string, values: Float32Array, type: GgufType): Uint8Array {
  if (type !== "Q8_0") return tensorBytes(name, values, type);
  if (fitsQ8(values)) return quantizeQ8(values);
  throw new CheckpointError(`Expected numbers in ${name} that Q8_0 can hold, got larger ones; write another type.`);
}

function* chunks(
  header: Uint8Array,
  tensors: readonly (TensorSource & { readonly type: GgufType })[],
): Generator<Uint8Array> {
  yield header;
  for (const { name, data, type } of tensors) {
    const bytes = bytesOf(name, data(), type);
    yield bytes;
    yield padding(bytes.length);
  }
}

function tensorSources(config: ModelConfig, parameters: Float32Array): readonly TensorSource[] {
  const sources = parameterLayout(config).map((info) => ggufSource(info, config, parameters));
  const { headDim, ropeTheta, ropeScaling } = config;
  if (ropeScaling?.kind !== "llama3") return sources;
  return [
    { name: ROPE_FACTORS, shape: [headDim / 2], data: () => ropeFactors(headDim, ropeTheta, ropeScaling) },
    ...sources,
  ];
}

function ggufSource(info: ParameterInfo, config: ModelConfig, parameters: Float32Array): TensorSource {
  const source = tensorSource(info, parameters);
  const name = ggufName(info.name);
  if (!isWoven(info.name, modelFamily(config))) return { ...source, name };
  return {
    name,
    shape: source.shape,
    data: () => weaveHeads(source.data(), source.shape[0]! / config.headDim, config.headDim),
  };
}
