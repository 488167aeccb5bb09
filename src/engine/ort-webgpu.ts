import type * as ort from "onnxruntime-node";
import { EngineError } from "../errors.ts";
import type {
  DenseTensor,
  Engine,
  EngineTensor,
  Program,
  ProgramInputs,
  ProgramOptions,
  TensorData,
} from "./engine.ts";
import { gpuFailure } from "./gpu-failure.ts";
import { forWebGpu } from "./for-webgpu.ts";
import { withHalfInputs } from "./half-inputs.ts";
import { ELEMENT_TYPES, type ElementType, type ModelSpec, type NodeSpec } from "./model-proto.ts";
import { OrtTensor } from "./ort-tensor.ts";
import { createSession, ortTensor, zeroNumbers } from "./ort-session.ts";

/**
 * ONNX Runtime's WebGPU provider: Metal, D3D12 or Vulkan, by what the machine has.
 *
 * One thread of a process may use it: sessions of two threads end the process. Neither may a tensor be used after the
 * session that made it was released, nor be read by ONNX Runtime's own `getData`. So tensors are made by sessions of
 * the engine's own, which live as long as it does; programs only ever write into them.
 */
export class OrtWebGpuEngine implements Engine {
  readonly device = "webgpu";
  readonly isApart = true;
  readonly copiesInputs = false;
  private readonly programs = new Set<WebGpuProgram>();
  private readonly copies = new Map<string, Promise<ort.InferenceSession>>();
  private float16: Promise<boolean> | undefined;

  async compile(graph: ModelSpec, options: ProgramOptions = {}): Promise<Program> {
    const session = await createSession(forWebGpu(graph), WEBGPU, options);
    const names = { inputs: graph.inputs.map(({ name }) => name), outputs: graph.outputs.map(({ name }) => name) };
    const program = new WebGpuProgram(session, names, () => this.programs.delete(program));
    this.programs.add(program);
    return program;
  }

  tensor(data: TensorData, dims: readonly number[]): EngineTensor {
    return new WebGpuTensor(this, dims, ortTensor(data, dims).type as ElementType, data);
  }

  zeros(dims: readonly number[], type: ElementType = "float32"): EngineTensor {
    return new WebGpuTensor(this, dims, type);
  }

  hasFloat16(): Promise<boolean> {
    return (this.float16 ??= this.triesFloat16());
  }

  /** @internal So many zeros on the device. */
  async clear(type: ElementType, dims: readonly number[]): Promise<ort.Tensor> {
    const shape = ortTensor(BigInt64Array.from(dims, BigInt), [dims.length]);
    const zero = ortTensor(zeroNumbers(spreadAs(type), 1), []);
    return made(await (await this.copying("zeros", type, dims.length)).run({ x: zero, shape }));
  }

  /** @internal A copy on the device. */
  async place(data: TensorData, dims: readonly number[]): Promise<ort.Tensor> {
    const value = ortTensor(data, dims);
    return made(await (await this.copying("up", value.type as ElementType, dims.length)).run({ x: value }));
  }

  /** @internal Writes numbers into a tensor on the device. */
  async overwrite(target: ort.Tensor, data: TensorData): Promise<void> {
    const session = await this.copying("over", target.type as ElementType, target.dims.length);
    await session.run({ x: ortTensor(data, target.dims, target.type as ElementType) }, { y: target });
  }

  /** @internal The numbers of a tensor on the device. */
  async fetch(source: ort.Tensor): Promise<TensorData> {
    const session = await this.copying("down", source.type as ElementType, source.dims.length);
    return made(await session.run({ x: source })).data as TensorData;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
  }

  /** Has the device widen a number: the library says what a device lacks only where it is needed. */
  private async triesFloat16(): Promise<boolean> {
    // That it fails is an answer, and none for the log.
    const session = await createSession(forWebGpu(widening()), WEBGPU, {}, { logSeverityLevel: 4 });
    try {
      const y = made(await session.run({ x: ortTensor(Uint16Array.of(ONE_AS_HALF), [1]) }));
      return (y.data as Float32Array)[0] === 1;
    } catch (error) {
      if (/requires f16|does not support/i.test((error as Error).message)) return false;
      throw new EngineError(`The GPU failed: ${(error as Error).message}`, { cause: error });
    } finally {
      await session.release();
    }
  }

  /** The session that makes or moves tensors of a kind. It is never released: tensors live by it. */
  private copying(
    way: "up" | "over" | "down" | "zeros",
    type: ElementType,
    rank: number,
  ): Promise<ort.InferenceSession> {
    const key = `${way} ${type} ${rank}`;
    const known = this.copies.get(key);
    if (known !== undefined) return known;
    const stays = way === "up" || way === "zeros" ? { preferredOutputLocation: "gpu-buffer" as const } : {};
    const session = createSession(copyingGraph(way === "zeros", type, rank), WEBGPU, {}, stays);
    this.copies.set(key, session);
    return session;
  }
}

const WEBGPU = [{ name: "webgpu" }] as const;
const ONE_AS_HALF = 0x3c00;

function made(results: ort.InferenceSession.OnnxValueMapType): ort.Tensor {
  return results["y"] as ort.Tensor;
}

/** The type of a zero that is spread: bytes are made of float32, since the provider doesn't spread them. */
function spreadAs(type: ElementType): ElementType {
  return type === "uint8" ? "float32" : type;
}

/** y = x of any shape of so many axes; or y = x spread over a shape. */
function copyingGraph(spreads: boolean, type: ElementType, rank: number): ModelSpec {
  const shape = Array.from({ length: rank }, (_, axis) => `n${axis}`);
  const x = { name: "x", type: spreads ? spreadAs(type) : type, shape: spreads ? [] : shape };
  const node = (operator: string, inputs: readonly string[], output: string): NodeSpec => ({
    operator,
    domain: "",
    inputs,
    outputs: [output],
    attributes: operator === "Cast" ? { to: ELEMENT_TYPES[type] } : {},
  });
  const spread =
    x.type === type
      ? [node("Expand", ["x", "shape"], "y")]
      : [node("Expand", ["x", "shape"], "wide"), node("Cast", ["wide"], "y")];
  return {
    nodes: spreads ? spread : [node("Identity", ["x"], "y")],
    constants: [],
    inputs: spreads ? [x, { name: "shape", type: "int64", shape: [rank] }] : [x],
    outputs: [{ name: "y", type, shape }],
    shapes: new Map(),
  };
}

/** y = |x|, x a float16. */
function widening(): ModelSpec {
  return withHalfInputs(
    {
      nodes: [{ operator: "Abs", domain: "", inputs: ["x"], outputs: ["y"], attributes: {} }],
      constants: [],
      inputs: [{ name: "x", type: "float32", shape: [1] }],
      outputs: [{ name: "y", type: "float32", shape: [1] }],
      shapes: new Map(),
    },
    new Set(["x"]),
  );
}

class WebGpuProgram implements Program {
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
      feeds[name] =
        input instanceof WebGpuTensor ? await input.value() : ortTensor((input as DenseTensor).data, input.dims);
    }
    const wanted: Record<string, ort.Tensor | null> = {};
    for (const name of this.names.outputs)
      wanted[name] = (await (outputs[name] as WebGpuTensor | undefined)?.value()) ?? null;
    let results: ort.InferenceSession.OnnxValueMapType;
    try {
      results = await this.session.run(feeds, wanted);
    } catch (error) {
      throw gpuFailure("The GPU failed", error as Error);
    }
    return Object.fromEntries(
      this.names.outputs.map((name) => [name, outputs[name] ?? new OrtTensor(results[name] as ort.Tensor)]),
    );
  }

  endProfiling(): void {
    this.session.endProfiling();
  }

  async dispose(): Promise<void> {
    this.onDispose();
    await this.session.release();
  }
}

/** A tensor on the device. It gets there when a run first needs it. */
class WebGpuTensor implements EngineTensor {
  private placed: Promise<ort.Tensor> | undefined;
  private isStale = false;

  /** @param data of which it is made: kept to be taken over again; zeros where absent */
  constructor(
    private readonly engine: OrtWebGpuEngine,
    readonly dims: readonly number[],
    readonly type: ElementType,
    private readonly data?: TensorData,
  ) {}

  async value(): Promise<ort.Tensor> {
    this.placed ??=
      this.data === undefined ? this.engine.clear(this.type, this.dims) : this.engine.place(this.data, this.dims);
    const placed = await this.placed;
    if (this.isStale && this.data !== undefined) await this.engine.overwrite(placed, this.data);
    this.isStale = false;
    return placed;
  }

  async read(): Promise<TensorData> {
    return this.engine.fetch(await this.value());
  }

  refresh(): void {
    this.isStale = this.placed !== undefined;
  }

  async write(data: TensorData): Promise<void> {
    await this.engine.overwrite(await this.value(), data);
  }

  dispose(): void {
    void this.placed?.then((tensor) => tensor.dispose());
    this.placed = undefined;
  }
}
