import * as ort from "onnxruntime-node";
import { EngineError } from "../errors.ts";
import { noteGarbage } from "./collect-garbage.ts";
import { encodeModel, externalConstants, type ModelSpec } from "./model-proto.ts";

export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** A block of numbers and its shape. As an input it is read in place; as an output it is a copy of its own. */
export interface DenseTensor {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

export interface SessionOptions {
  /** Threads inside an operator. One for each worker is fastest for small models. */
  readonly threads?: number;
  /**
   * Give memory back after every run. Otherwise the engine keeps what it had, in blocks of growing powers of two, and
   * for every shape of the inputs that came a block as large as all results of a run.
   */
  readonly lean?: boolean;
  /** Write a profile of every operator's time to files with this prefix. */
  readonly profile?: string;
}

/** A compiled graph. `run` blocks the thread that calls it while the engine computes. */
export interface Session {
  run(inputs: Readonly<Record<string, InputTensor>>): Promise<Record<string, DenseTensor>>;
  release(): Promise<void>;
  /** Ends profiling, which writes the file. */
  endProfiling(): void;
}

/** An input that the engine reads in place; make it once and use it at every run. */
export type InputTensor = ort.Tensor;

/** Wraps numbers as an input of the engine without copying them. */
export function inputTensor(data: TensorData, shape: readonly number[]): InputTensor {
  const dims = [...shape];
  if (data instanceof Float32Array) return new ort.Tensor("float32", data, dims);
  if (data instanceof Int32Array) return new ort.Tensor("int32", data, dims);
  if (data instanceof BigInt64Array) return new ort.Tensor("int64", data, dims);
  return new ort.Tensor("bool", data, dims);
}

/** Compiles a graph for the CPU. @throws EngineError when ONNX Runtime refuses the graph */
export async function createSession(model: ModelSpec, options: SessionOptions = {}): Promise<Session> {
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(encodeModel(model), {
      executionProviders: ["cpu"],
      externalData: externalConstants(model),
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      enableMemPattern: options.lean !== true,
      enableCpuMemArena: options.lean !== true,
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      extra: { session: { set_denormal_as_zero: "1", intra_op: { allow_spinning: "0" } } },
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    });
  } catch (error) {
    throw new EngineError(
      `The tensor engine refused a graph of ${model.nodes.length} nodes: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return {
    run: async (inputs) => {
      try {
        const outputs = (await session.run(inputs)) as unknown as Record<string, DenseTensor>;
        noteGarbage(Object.values(outputs).reduce((bytes, { data }) => bytes + data.byteLength, 0));
        return outputs;
      } catch (error) {
        throw new EngineError(`The tensor engine failed: ${(error as Error).message}`, { cause: error });
      }
    },
    release: () => session.release(),
    endProfiling: () => session.endProfiling(),
  };
}
