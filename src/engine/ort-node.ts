import type * as ort from "onnxruntime-node";
import { EngineError } from "../errors.ts";
import { noteGarbage } from "../host/collect-garbage.ts";
import type {
  DenseTensor,
  Engine,
  EngineTensor,
  Program,
  ProgramInputs,
  ProgramOptions,
  TensorData,
} from "./engine.ts";
import type { ElementType, ModelSpec } from "./model-proto.ts";
import { runSession } from "./ort-package.ts";
import { OrtTensor } from "./ort-tensor.ts";
import { createSession, ortTensor, zeroNumbers, type OrtProviders } from "./ort-session.ts";

/**
 * ONNX Runtime with its tensors in this process's memory: on the CPU, or by a provider that takes them over at each
 * run. A run blocks the thread that calls it while it computes.
 */
export class OrtNodeEngine implements Engine {
  readonly isApart = false;
  readonly copiesInputs: boolean;
  private readonly programs = new Set<OrtProgram>();

  constructor(
    readonly device: string = "cpu",
    private readonly providers: OrtProviders = ["cpu"],
  ) {
    this.copiesInputs = device !== "cpu";
  }

  async compile(graph: ModelSpec, options: ProgramOptions = {}): Promise<Program> {
    const session = await createSession(graph, this.providers, options);
    const names = { inputs: graph.inputs.map(({ name }) => name), outputs: graph.outputs.map(({ name }) => name) };
    const program = new OrtProgram(session, names, () => this.programs.delete(program));
    this.programs.add(program);
    return program;
  }

  tensor(data: TensorData, dims: readonly number[]): EngineTensor {
    return new OrtTensor(ortTensor(data, dims));
  }

  zeros(dims: readonly number[], type: ElementType = "float32"): EngineTensor {
    const size = dims.reduce((product, length) => product * length, 1);
    return new OrtTensor(ortTensor(zeroNumbers(type, size), dims, type));
  }

  async hasFloat16(): Promise<boolean> {
    return true;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
  }
}

class OrtProgram implements Program {
  constructor(
    private readonly session: ort.InferenceSession,
    private readonly names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
    private readonly onDispose: () => void,
  ) {}

  async run(
    inputs: ProgramInputs,
    outputs: Readonly<Record<string, EngineTensor>> = {},
  ): Promise<Record<string, EngineTensor>> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const name of this.names.inputs) {
      const input = inputs[name];
      if (input === undefined) throw new EngineError(`Expected a run to get the input ${name}, got none.`);
      feeds[name] = input instanceof OrtTensor ? input.value : ortTensor((input as DenseTensor).data, input.dims);
    }
    const wanted: Record<string, ort.Tensor | null> = {};
    for (const name of this.names.outputs) wanted[name] = (outputs[name] as OrtTensor | undefined)?.value ?? null;
    try {
      return this.taken(await runSession(this.session, feeds, wanted), outputs);
    } catch (error) {
      throw new EngineError(`The tensor engine failed: ${(error as Error).message}`, { cause: error });
    }
  }

  endProfiling(): void {
    this.session.endProfiling();
  }

  async dispose(): Promise<void> {
    this.onDispose();
    await this.session.release();
  }

  private taken(
    results: ort.InferenceSession.OnnxValueMapType,
    given: Readonly<Record<string, EngineTensor>>,
  ): Record<string, EngineTensor> {
    let bytes = 0;
    const tensors: Record<string, EngineTensor> = {};
    for (const name of this.names.outputs) {
      const value = results[name] as ort.Tensor;
      if (given[name] === undefined) bytes += (value.data as TensorData).byteLength;
      tensors[name] = given[name] ?? new OrtTensor(value);
    }
    noteGarbage(bytes);
    return tensors;
  }
}
