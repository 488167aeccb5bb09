import { CheckpointError } from "../errors.ts";
import { modelConfigFromJson, type ModelConfig } from "../model/model-config.ts";
import { parameterLayout } from "../model/parameters.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { tensorSource } from "./tensor-source.ts";
import { transposeInto } from "./transpose.ts";

/** The files of a small model, as they were fetched. */
export interface ModelBytes {
  /** What messages call it. */
  readonly name: string;
  readonly config: unknown;
  readonly tokenizer: unknown;
  readonly tokenizerConfig: unknown;
  /** `model.safetensors`. */
  readonly weights: Uint8Array;
}

/** A model out of its files' bytes. */
export interface ModelOfBytes {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** In the order of `parameterLayout(config)`. */
  readonly parameters: Float32Array;
}

/**
 * Reads a small model where there are no files: all tensors are in memory at once.
 *
 * @throws CheckpointError or TokenizerError for what is damaged or of another shape
 */
export function modelOfBytes({ name, config: json, tokenizer, tokenizerConfig, weights }: ModelBytes): ModelOfBytes {
  const config = modelConfigFromJson(json, name);
  const layout = parameterLayout(config);
  const { tensors } = readSafetensors(weights, name);
  const parameters = new Float32Array(layout.reduce((sum, { size }) => sum + size, 0));
  for (const info of layout) {
    const tensor = tensors.get(info.name);
    if (tensor?.data.length !== info.size)
      throw new CheckpointError(
        `Expected ${info.name} of ${name} to have ${info.size} numbers, got ${tensor?.data.length ?? "none"}; copy the files again.`,
      );
    const view = parameters.subarray(info.offset, info.offset + info.size);
    const [rows = 1, columns = 1] = tensor.shape;
    if (info.transposed) transposeInto({ values: tensor.data, rows, columns }, view);
    else view.set(tensor.data);
  }
  return { config, parameters, tokenizer: loadTokenizer(tokenizer, tokenizerConfig) };
}

/** The bytes of `model.safetensors`, as `modelOfBytes` reads them: the weights in 32 bits. */
export function bytesOfWeights(config: ModelConfig, parameters: Float32Array): Uint8Array {
  const sources = parameterLayout(config).map((info) => tensorSource(info, parameters));
  return writeSafetensors(sources.map(({ name, shape, data }) => ({ name, shape, data: data() })));
}
