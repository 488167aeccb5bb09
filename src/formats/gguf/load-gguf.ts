import { open, type FileHandle } from "node:fs/promises";
import { CheckpointError, show } from "../../errors.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterLayout, type ParameterInfo } from "../../model/parameters.ts";
import { readBytes } from "../../host/read-bytes.ts";
import { withFurtherEnds } from "../chat/further-ends.ts";
import { readParameters, type StoredParameter } from "../read-parameters.ts";
import type { StoredMatrix } from "../row-reader.ts";
import { loadTokenizer } from "../../tokenizer/tokenizer.ts";
import { dequantize } from "./dequantize.ts";
import { ggufArchitecture, ggufConfig } from "./gguf-config.ts";
import { readGgufHeader, type GgufHeader, type GgufTensor } from "./gguf-header.ts";
import { ggufName, isWoven, ROPE_FACTORS, unweaveHeads } from "./gguf-names.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";

const MOST_FACTORS = 2048;

/**
 * Loads weights and tokenizer from one GGUF file; quantised numbers are widened to 32 bits.
 *
 * @param onConfig looks at the config before memory is spent on weights
 * @throws CheckpointError where the file is damaged, or holds a model, a type or a tokenizer that isn't supported
 * @throws TokenizerError where its tokenizer can't be used
 */
export async function loadGguf(
  path: string,
  onConfig: (config: ModelConfig) => void = () => undefined,
): Promise<Checkpoint> {
  const file = await open(path, "r");
  try {
    const header = await readGgufHeader(file, path);
    const config = ggufConfig(header, await readRopeFactors(file, header, path), path);
    onConfig(config);
    const stored = matchTensors(file, header, config, path);
    const { json, config: tokenizerConfig } = ggufTokenizer(header, path);
    const tokenizer = loadTokenizer(json, tokenizerConfig);
    if (tokenizer.vocabSize > config.vocabSize)
      throw new CheckpointError(
        `Expected the tokens of ${path} to be at most the embedding's ${config.vocabSize} rows, got ${tokenizer.vocabSize}; it is damaged, copy it again.`,
      );
    const parameters = await readParameters(stored, path);
    return { config: await withFurtherEnds(config, tokenizer), parameters, tokenizer, folder: path };
  } finally {
    await file.close();
  }
}

async function readRopeFactors(file: FileHandle, header: GgufHeader, path: string): Promise<Float32Array | undefined> {
  const tensor = header.tensors.get(ROPE_FACTORS);
  if (tensor === undefined) return undefined;
  if (tensor.size > MOST_FACTORS)
    throw new CheckpointError(
      `Expected ${ROPE_FACTORS} in ${path} to have at most ${MOST_FACTORS} numbers, got ${tensor.size}; it is damaged, copy it again.`,
    );
  return dequantize(tensor.format, await readBytes(file, tensor.begin, tensor.end - tensor.begin, path));
}

function matchTensors(file: FileHandle, header: GgufHeader, config: ModelConfig, path: string): StoredParameter[] {
  const architecture = ggufArchitecture(header, path);
  const matched = parameterLayout(config).map((info) => ({ info, tensor: tensorOf(header, info, path) }));
  refuseOthers(
    header,
    matched.map(({ tensor }) => tensor.name),
    path,
  );
  return matched.map(({ info, tensor }) => {
    const matrix = matrixOf(file, tensor, path);
    return { info, matrix: isWoven(info.name, architecture) ? unwoven(matrix, config.headDim) : matrix };
  });
}

function matrixOf(file: FileHandle, { shape, size, format, begin, end }: GgufTensor, path: string): StoredMatrix {
  const columns = shape.at(-1)!;
  const rows = size / columns;
  return { file, path, begin, rows, columns, rowBytes: (end - begin) / rows, unit: 1, widen: format.widen };
}

/** A query or key projection in transformers' order; the rows of a head belong together. */
function unwoven(matrix: StoredMatrix, headDim: number): StoredMatrix {
  const widen = (bytes: Uint8Array, out: Float32Array): void => {
    matrix.widen(bytes, out);
    out.set(unweaveHeads(out, out.length / (headDim * matrix.columns), headDim));
  };
  return { ...matrix, unit: headDim, widen };
}

function tensorOf(header: GgufHeader, info: ParameterInfo, path: string): GgufTensor {
  const name = ggufName(info.name);
  const tensor = header.tensors.get(name);
  if (tensor === undefined)
    throw new CheckpointError(
      `Expected ${path} to hold ${name}, got a file without; it is of another architecture, or damaged.`,
    );
  const expected = info.transposed ? info.shape.toReversed() : info.shape;
  if (tensor.shape.length === expected.length && tensor.shape.every((length, axis) => length === expected[axis]))
    return tensor;
  throw new CheckpointError(
    `Expected ${name} in ${path} to have shape [${expected.join(", ")}] by the file's own metadata, got [${tensor.shape.join(", ")}]; it is damaged, copy it again.`,
  );
}

function refuseOthers(header: GgufHeader, known: readonly string[], path: string): void {
  const names = new Set([...known, ROPE_FACTORS]);
  const unexpected = [...header.tensors.keys()].filter((name) => !names.has(name));
  if (unexpected.length > 0)
    throw new CheckpointError(
      `Expected ${path} to hold the tensors of its architecture only, got also ${unexpected.slice(0, 3).map(show).join(", ")}; it has parts that are not supported.`,
    );
}
