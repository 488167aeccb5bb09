import { open, type FileHandle } from "node:fs/promises";
import { CheckpointError, show } from "../../errors.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { ModelConfig } from "../model-config.ts";
import { parameterLayout, type ParameterInfo } from "../parameters.ts";
import { readBytes } from "../read-bytes.ts";
import { checkFinite } from "../read-weights.ts";
import { loadTokenizer } from "../tokenizer.ts";
import { transposeInto } from "../transpose.ts";
import { dequantize } from "./dequantize.ts";
import { ggufArchitecture, ggufConfig } from "./gguf-config.ts";
import { readGgufHeader, type GgufHeader, type GgufTensor } from "./gguf-header.ts";
import { ggufName, unweaveHeads } from "./gguf-names.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";

const ROPE_FACTORS = "rope_freqs.weight";

/**
 * Loads weights and tokenizer from one GGUF file; quantised numbers are widened to 32 bits.
 *
 * @throws CheckpointError where the file is damaged, or holds a model, a type or a tokenizer that isn't supported
 * @throws TokenizerError where its tokenizer can't be used
 */
export async function loadGguf(path: string): Promise<Checkpoint> {
  const header = await readGgufHeader(path);
  const file = await open(path, "r");
  try {
    const factors = header.tensors.get(ROPE_FACTORS);
    const config = ggufConfig(header, factors === undefined ? undefined : await readTensor(file, factors, path), path);
    const { json, config: tokenizerConfig } = ggufTokenizer(header, path);
    const tokenizer = loadTokenizer(json, tokenizerConfig);
    if (tokenizer.vocabSize > config.vocabSize) throw new CheckpointError(`Expected the tokens of ${path} to be at most the embedding's ${config.vocabSize} rows, got ${tokenizer.vocabSize}; it is damaged, copy it again.`);
    const parameters = await readParameters(file, header, config, path);
    return { config, parameters, tokenizer, folder: path };
  } finally {
    await file.close();
  }
}

async function readParameters(file: FileHandle, header: GgufHeader, config: ModelConfig, path: string): Promise<Float32Array> {
  const layout = parameterLayout(config);
  const woven = ggufArchitecture(header, path) === "llama";
  const matched = layout.map((info) => ({ info, tensor: tensorOf(header, info, path) }));
  refuseOthers(header, matched.map(({ tensor }) => tensor.name), path);
  const flat = new Float32Array(matched.reduce((total, { info }) => total + info.size, 0));
  for (const { info, tensor } of matched) {
    const values = await readTensor(file, tensor, path);
    const ordered = woven && /\.self_attn\.[qk]_proj\./.test(info.name) ? unweaveHeads(values, tensor.shape[0]! / config.headDim, config.headDim) : values;
    const view = flat.subarray(info.offset, info.offset + info.size);
    if (info.transposed) transposeInto(ordered, tensor.shape[0]!, tensor.shape[1]!, view);
    else view.set(ordered);
  }
  checkFinite(flat, layout, path);
  return flat;
}

function tensorOf(header: GgufHeader, info: ParameterInfo, path: string): GgufTensor {
  const name = ggufName(info.name);
  const tensor = header.tensors.get(name);
  if (tensor === undefined) throw new CheckpointError(`Expected ${path} to hold ${name}, got a file without; it is of another architecture, or damaged.`);
  const expected = info.transposed ? info.shape.toReversed() : info.shape;
  if (tensor.shape.length === expected.length && tensor.shape.every((length, axis) => length === expected[axis])) return tensor;
  throw new CheckpointError(`Expected ${name} in ${path} to have shape [${expected.join(", ")}] by the file's own metadata, got [${tensor.shape.join(", ")}]; it is damaged, copy it again.`);
}

function refuseOthers(header: GgufHeader, known: readonly string[], path: string): void {
  const names = new Set([...known, ROPE_FACTORS]);
  const unexpected = [...header.tensors.keys()].filter((name) => !names.has(name));
  if (unexpected.length > 0) throw new CheckpointError(`Expected ${path} to hold the tensors of its architecture only, got also ${unexpected.slice(0, 3).map(show).join(", ")}; it has parts that are not supported.`);
}

async function readTensor(file: FileHandle, { begin, end, format }: GgufTensor, path: string): Promise<Float32Array> {
  return dequantize(format, await readBytes(file, begin, end - begin, path));
}
