import type { ElementType, ModelSpec } from "./model-proto.ts";

export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array | Uint16Array;

/**
 * A block of numbers in this process, and its shape. Bytes are truth values, but in a tensor of uint8 that they are
 * written to; 16 bits are those of a float16.
 */
export interface DenseTensor {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

/** A block of numbers where its engine computes. */
export interface EngineTensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** The numbers as they are now: on a CPU in place, from another device as a copy. */
  read(): Promise<TensorData>;
  /** Takes over what has changed in the array that the tensor was made of; on a CPU nothing is to be done. */
  refresh(): void;
  /** Writes as many numbers of the same type into it. */
  write(data: TensorData): Promise<void>;
  /** Frees what the device holds, and lets go of numbers in this process's memory. */
  dispose(): void;
}

/** What a run reads: by the name of the input. A dense tensor is taken over for this run alone. */
export type ProgramInputs = Readonly<Record<string, EngineTensor | DenseTensor>>;

export interface ProgramOptions {
  /** Threads inside an operator. One for each worker is fastest for small models. */
  readonly threads?: number;
  /**
   * Give memory back after every run. Otherwise the engine keeps what it had, in blocks of growing powers of two, and
   * for every shape of the inputs that came a block as large as all results of a run.
   */
  readonly lean?: boolean;
  /**
   * Although `lean`, blocks of memory stay for the results of the next run, but none by shape: memory that the system
   * gives anew costs a page fault for every 4 KB. Without `lean` they always do.
   */
  readonly pooled?: boolean;
  /**
   * Nothing of constants alone is computed beforehand and kept: the zeros that a large table's gradient is added to are
   * 113 MB of SmolLM2-135M.
   */
  readonly unfolded?: boolean;
  /** Write a profile of every operator's time to files with this prefix. */
  readonly profile?: string;
}

/** A compiled graph. */
export interface Program {
  /**
   * Computes all outputs. May block the thread that calls it.
   *
   * @param inputs those that the graph doesn't have are left out
   * @param outputs tensors of the right shape that are written in place and given back
   * @returns outputs by name; they stay on the device until they are read
   * @throws EngineError where an input is missing or doesn't fit, or the computation fails
   */
  run(
    inputs: ProgramInputs,
    outputs?: Readonly<Record<string, EngineTensor>>,
  ): Promise<Readonly<Record<string, EngineTensor>>>;
  /** Ends profiling, which writes the file. */
  endProfiling(): void;
  dispose(): Promise<void>;
}

/** A device that computes graphs. Each is one file that implements this, and a row in devices.ts. */
export interface Engine {
  readonly device: string;
  /** Tensors lie outside this process's memory, so that reading and writing them are copies. */
  readonly isApart: boolean;
  /**
   * What a run reads is copied to the device for that run, and what it gives back again; constants of a graph are
   * copied once.
   */
  readonly copiesInputs: boolean;
  /** @throws EngineError when the device refuses the graph */
  compile(graph: ModelSpec, options?: ProgramOptions): Promise<Program>;
  /** Takes over numbers, to be used in many runs: on a CPU they are read in place, so that changes are seen. */
  tensor(data: TensorData, dims: readonly number[]): EngineTensor;
  /** So many zeros where the engine computes, of float32 where no type is said, for runs to write into. */
  zeros(dims: readonly number[], type?: ElementType): EngineTensor;
  /** Whether it holds and widens numbers of 16 bits: not every device does. */
  hasFloat16(): Promise<boolean>;
  /** Disposes every program that it compiled. */
  dispose(): Promise<void>;
}
