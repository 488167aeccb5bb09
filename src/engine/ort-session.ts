import { KEEPS_MEMORY, ort } from "./ort-package.ts";
import type { ProgramOptions, TensorData } from "./engine.ts";
import { gpuFailure } from "./gpu-failure.ts";
import { holdsHalves } from "./half-inputs.ts";
import { encodeModel, externalConstants, type ElementType, type ModelSpec } from "./model-proto.ts";

/** What computes the nodes of a graph, the first that can. */
export type OrtProviders = NonNullable<ort.InferenceSession.SessionOptions["executionProviders"]>;

/** @throws EngineError where the engine refuses the graph */
export async function createSession(
  graph: ModelSpec,
  providers: OrtProviders,
  { threads = 1, lean = false, pooled = false, unfolded = false, profile }: ProgramOptions,
  further: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  const left = [
    // It would make one of all that widen the same numbers (half-inputs.ts), and keep that for all who read it.
    ...(holdsHalves(graph) ? ["CommonSubexpressionElimination"] : []),
    ...(unfolded ? ["ConstantFolding"] : []),
  ];
  try {
    return await ort.InferenceSession.create(encodeModel(graph), {
      executionProviders: providers,
      externalData: externalConstants(graph),
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      enableMemPattern: !lean && KEEPS_MEMORY,
      enableCpuMemArena: (!lean || pooled) && KEEPS_MEMORY,
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      extra: {
        session: { set_denormal_as_zero: "1", intra_op: { allow_spinning: threads > 1 ? "1" : "0" } },
        ...(left.length === 0 ? {} : { optimization: { disable_specified_optimizers: left.join(";") } }),
      },
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
      ...further,
    });
  } catch (error) {
    throw gpuFailure(`The tensor engine refused a graph of ${graph.nodes.length} nodes`, error as Error);
  }
}

/**
 * Wraps numbers as ONNX Runtime has them, without copying them.
 *
 * @param type what bytes are: truth values where absent
 */
export function ortTensor(data: TensorData, shape: readonly number[], type?: ElementType): ort.Tensor {
  const dims = [...shape];
  if (data instanceof Float32Array) return new ort.Tensor("float32", data, dims);
  if (data instanceof Int32Array) return new ort.Tensor("int32", data, dims);
  if (data instanceof BigInt64Array) return new ort.Tensor("int64", data, dims);
  if (data instanceof Uint16Array) return new ort.Tensor("float16", data, dims);
  if (data instanceof Int8Array) return new ort.Tensor("int8", data, dims);
  return type === "uint8" ? new ort.Tensor("uint8", data, dims) : new ort.Tensor("bool", data, dims);
}

/** So many zeros of a type. */
export function zeroNumbers(type: ElementType, size: number): TensorData {
  return new ARRAYS[type](size);
}

const ARRAYS: Readonly<Record<ElementType, new (size: number) => TensorData>> = {
  float32: Float32Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};
