import type {
  DenseTensor,
  ElementType,
  Engine,
  EngineTensor,
  ModelSpec,
  Program,
  ProgramInputs,
  ProgramOptions,
  TensorData,
} from "../../engine/index.ts";

/** A run of a graph, with what it read. */
export interface RecordedRun {
  readonly graph: ModelSpec;
  readonly inputs: Readonly<Record<string, DenseTensor>>;
}

/** An engine that keeps what its runs read, and gets the graphs that another device would get. */
export class RecordingEngine implements Engine {
  readonly device: string;
  readonly isApart: boolean;
  readonly copiesInputs: boolean;
  private runs: RecordedRun[] = [];

  constructor(
    private readonly engine: Engine,
    { isApart, copiesInputs }: Pick<Engine, "isApart" | "copiesInputs">,
  ) {
    this.device = engine.device;
    this.isApart = isApart;
    this.copiesInputs = copiesInputs;
  }

  /** The runs since the last call. */
  takeRuns(): readonly RecordedRun[] {
    const runs = this.runs;
    this.runs = [];
    return runs;
  }

  async compile(graph: ModelSpec, options?: ProgramOptions): Promise<Program> {
    const program = await this.engine.compile(graph, options);
    return {
      run: async (inputs, outputs) => {
        this.runs.push({ graph, inputs: await copied(graph, inputs) });
        return program.run(inputs, outputs);
      },
      endProfiling: () => program.endProfiling(),
      dispose: () => program.dispose(),
    };
  }

  tensor(data: TensorData, dims: readonly number[]): EngineTensor {
    return this.engine.tensor(data, dims);
  }

  zeros(dims: readonly number[], type?: ElementType): EngineTensor {
    return this.engine.zeros(dims, type);
  }

  hasFloat16(): Promise<boolean> {
    return this.engine.hasFloat16();
  }

  dispose(): Promise<void> {
    return this.engine.dispose();
  }
}

/** What a graph reads, as it is before the run: some of it is written in place. */
async function copied(graph: ModelSpec, inputs: ProgramInputs): Promise<Record<string, DenseTensor>> {
  const copies: Record<string, DenseTensor> = {};
  for (const { name } of graph.inputs) {
    const input = inputs[name];
    // One that is missing is the engine's to tell.
    if (input === undefined) continue;
    const data = "data" in input ? input.data : await input.read();
    copies[name] = { data: data.slice(), dims: input.dims };
  }
  return copies;
}
