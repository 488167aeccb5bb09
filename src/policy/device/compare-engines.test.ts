import { afterAll, expect, test } from "vitest";
import { engineFor, type Engine, type ModelSpec } from "../../engine/index.ts";
import { forWebGpu } from "../../engine/for-webgpu.ts";
import { clippedPolicyLoss } from "../../losses/index.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { trainingGraph } from "../gradients/training-graph.ts";
import { testEngine, TOLERANCE } from "./test-device.ts";

const cpu = await engineFor("cpu");
afterAll(() => cpu.dispose());

/** The CPU as a device on which one operator is another. */
function deviceWith(change: (graph: ModelSpec) => ModelSpec): Engine {
  return {
    device: "broken",
    isApart: false,
    copiesInputs: false,
    hasFloat16: () => Promise.resolve(true),
    compile: (graph, options) => cpu.compile(change(graph), options),
    tensor: (data, dims) => cpu.tensor(data, dims),
    zeros: (dims, type) => cpu.zeros(dims, type),
    dispose: () => Promise.resolve(),
  };
}

const broken = (operator: string, instead: string): Engine =>
  deviceWith((graph) => ({
    ...graph,
    nodes: graph.nodes.map((node) => (node.operator === operator ? { ...node, operator: instead } : node)),
  }));

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

test("a graph is made fit for WebGPU once: made fit again it is the same", () => {
  const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 });
  const once = forWebGpu(trainingGraph({ config: tinyConfig() }, loss));
  expect(forWebGpu(once).nodes).toEqual(once.nodes);
});
