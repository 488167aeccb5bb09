import { afterAll, describe, expect, test } from "vitest";
import { engineFor, type Engine, type ModelSpec, type NodeSpec, type Program } from "../../engine/index.ts";
import { forWebGpu } from "../../engine/for-webgpu.ts";
import { clippedPolicyLoss } from "../../losses/index.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { trainingGraph } from "../gradients/training-graph.ts";
import { testEngine, TOLERANCE } from "./test-device.ts";

const cpu = await engineFor("cpu");
afterAll(() => cpu.dispose());

/** The CPU as a device on which one operator is another. */
function deviceWith(change: (graph: ModelSpec) => ModelSpec, traits: Partial<Engine> = {}): Engine {
  return {
    device: "broken",
    isApart: false,
    copiesInputs: false,
    hasFloat16: () => Promise.resolve(true),
    compile: (graph, options) => cpu.compile(change(graph), options),
    tensor: (data, dims) => cpu.tensor(data, dims),
    zeros: (dims, type) => cpu.zeros(dims, type),
    dispose: () => Promise.resolve(),
    ...traits,
  };
}

const nodesAs = (change: (node: NodeSpec) => NodeSpec, traits?: Partial<Engine>): Engine =>
  deviceWith((graph) => ({ ...graph, nodes: graph.nodes.map(change) }), traits);

const broken = (operator: string, instead: string): Engine =>
  nodesAs((node) => (node.operator === operator ? { ...node, operator: instead } : node));

const LORA = { rank: 16, alpha: 32, targets: ["q_proj", "v_proj", "down_proj"] as const };

const CONFIGS = [
  ["tied", tinyConfig({ tiedEmbeddings: true })],
  ["biases, one key head", tinyConfig({ attentionBias: true, kvHeads: 1 })],
  ["norms of heads", tinyConfig({ qkNorm: true, heads: 2, kvHeads: 2 })],
] as const;

test.each(CONFIGS)("a device that is right is found right: %s", async (_name, config) => {
  const { worstError, wrong } = await testEngine(
    cpu,
    deviceWith((graph) => graph),
    { config },
  );
  expect({ worstError, wrong }).toEqual({ worstError: 0, wrong: null });
});

test.each(CONFIGS)("as is the graph that WebGPU gets, within rounding: %s", async (_name, config) => {
  const { worstError, wrong } = await testEngine(cpu, deviceWith(forWebGpu), { config });
  expect(wrong).toBeNull();
  expect(worstError).toBeLessThan(TOLERANCE);
});

test.each([
  ["Exp", "Neg"],
  ["Sigmoid", "Tanh"],
  ["Softmax", "LogSoftmax"],
])("a wrong %s is found by its name", async (operator, instead) => {
  const graph = trainingGraph(
    { config: tinyConfig() },
    clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 }),
  );
  expect(graph.nodes.map((node) => node.operator)).toContain(operator);
  const { worstError, wrong } = await testEngine(cpu, broken(operator, instead), { config: tinyConfig() });
  expect(worstError).toBeGreaterThan(TOLERANCE);
  expect(wrong).toBe(operator);
});

describe("what a run does is what is tested", () => {
  /** The graphs that a device gets, by what they give. */
  function watched(traits: Partial<Engine> = {}): { readonly engine: Engine; readonly graphs: ModelSpec[] } {
    const graphs: ModelSpec[] = [];
    const engine = deviceWith((graph) => {
      graphs.push(graph);
      return graph;
    }, traits);
    return { engine, graphs };
  }
  const inputsOf = (graphs: readonly ModelSpec[]) => graphs.flatMap(({ inputs }) => inputs);
  const operatorsOf = (graphs: readonly ModelSpec[]) =>
    new Set(graphs.flatMap(({ nodes }) => nodes.map(({ operator }) => operator)));

  test("weights side by side, gradients added up in place, an update, and draws", async () => {
    const { engine, graphs } = watched();
    expect(await testEngine(cpu, engine, { config: tinyConfig({ tiedEmbeddings: true }) })).toMatchObject({
      worstError: 0,
      wrong: null,
    });
    const names = new Set(inputsOf(graphs).map(({ name }) => name));
    for (const name of ["model.layers.0.self_attn.qkv_proj.weight", "sum:model.norm.weight", "correction", "keys.0"])
      expect(names).toContain(name);
    expect([...operatorsOf(graphs)]).toEqual(expect.arrayContaining(["GroupQueryAttention", "CumSum", "Sqrt"]));
    expect(names).not.toContain("model.layers.0.self_attn.q_proj.lora_A.weight");
  });

  test("an adapter of a base in 16 bits", async () => {
    const { engine, graphs } = watched();
    const tested = { config: tinyConfig(), lora: LORA, basePrecision: "float16" } as const;
    expect(await testEngine(cpu, engine, tested)).toMatchObject({ worstError: 0, wrong: null });
    const types = new Map(inputsOf(graphs).map(({ name, type }) => [name, type]));
    expect(types.get("model.embed_tokens.weight")).toBe("float16");
    expect(types.get("model.layers.0.self_attn.q_proj.lora_A.weight")).toBe("float32");
  });

  test("a device without 16 bits says so", async () => {
    const { engine } = watched({ hasFloat16: () => Promise.resolve(false) });
    const tested = { config: tinyConfig(), lora: LORA, basePrecision: "float16" } as const;
    await expect(testEngine(cpu, engine, tested)).rejects.toThrow(/to hold numbers of 16 bits/);
  });

  test("on a device that copies what it reads, constants of the base and a loop", async () => {
    const { engine, graphs } = watched({ copiesInputs: true });
    const tested = { config: tinyConfig(), lora: LORA };
    expect(await testEngine(cpu, engine, tested)).toMatchObject({ worstError: 0, wrong: null });
    expect(operatorsOf(graphs)).toContain("Loop");
    expect(inputsOf(graphs).map(({ name }) => name)).not.toContain("model.norm.weight");
    expect(graphs.flatMap(({ constants }) => constants).map(({ name }) => name)).toContain("model.norm.weight");
  });
});

describe("what is wrong after the gradients is found too", () => {
  test("an operator of the update", async () => {
    const { worstError, wrong } = await testEngine(cpu, broken("Sqrt", "Exp"), { config: tinyConfig() });
    expect(worstError).toBeGreaterThan(TOLERANCE);
    expect(wrong).toBe("Sqrt");
  });

  test("an operator of the draw", async () => {
    const backwards = (node: NodeSpec): NodeSpec =>
      node.operator === "CumSum" ? { ...node, attributes: { ...node.attributes, reverse: 1 } } : node;
    const { worstError, wrong } = await testEngine(cpu, nodesAs(backwards), { config: tinyConfig() });
    expect(worstError).toBeGreaterThan(TOLERANCE);
    expect(wrong).toBe("CumSum");
  });

  test("the loop that draws", async () => {
    const within = (body: ModelSpec): ModelSpec => ({
      ...body,
      nodes: body.nodes.map((node) => (node.operator === "Sigmoid" ? { ...node, operator: "Tanh" } : node)),
    });
    const wrongLoop = (node: NodeSpec): NodeSpec => {
      if (node.operator !== "Loop") return node;
      const { graph } = node.attributes["body"] as { readonly graph: ModelSpec };
      return { ...node, attributes: { ...node.attributes, body: { graph: within(graph) } } };
    };
    const { wrong } = await testEngine(cpu, nodesAs(wrongLoop, { copiesInputs: true }), { config: tinyConfig() });
    expect(wrong).toBe("Loop");
  });

  test("what no operator has wrong alone is named by what was compared", async () => {
    // It keeps nothing of what is written into its tensors in place.
    const forgetful: Engine = {
      ...deviceWith((graph) => graph),
      compile: async (graph, options) => {
        const program = await cpu.compile(graph, options);
        const isUpdate = graph.outputs.some(({ name }) => name === "new:first");
        return isUpdate ? { ...programOf(program), run: (inputs) => program.run(inputs) } : program;
      },
    };
    const { wrong } = await testEngine(cpu, forgetful, { config: tinyConfig() });
    expect(wrong).toMatch(/^one update: /);
  });
});

function programOf(program: Program): Program {
  return {
    run: (inputs, outputs) => program.run(inputs, outputs),
    endProfiling: () => program.endProfiling(),
    dispose: () => program.dispose(),
  };
}

test("a graph is made fit for WebGPU once: made fit again it is the same", () => {
  const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
  const once = forWebGpu(trainingGraph({ config: tinyConfig() }, loss));
  expect(forWebGpu(once).nodes).toEqual(once.nodes);
});
