import type { ConstantSpec, ModelSpec, ValueSpec } from "../../engine/index.ts";
import {
  addMask,
  addSame,
  batchedMatmul,
  compile,
  concatLast,
  pickRows,
  reshape,
  softmax,
  splitLast,
  transpose,
  type Graph,
  type Tensor,
} from "../../graph/index.ts";
import {
  causalAttention,
  createDecoder,
  decode,
  outputLogits,
  type Attention,
  type LayerKeyValues,
} from "../../model/decoder.ts";
import { endTokenIds, type ModelConfig } from "../../model/model-config.ts";
import type { SampledModel } from "../sampling/sampling-graphs.ts";
import { drawTokens } from "./draw-graph.ts";
import { emitNode } from "./emit-node.ts";

/** Constants of the loop's body that are larger lie in the graph around it. */
const SMALL_BYTES = 1024;
/** Before the names of the body's own values: they may not be those of the graph around it. */
const WITHIN = "loop.";

/**
 * Writes whole completions in one run: reads the prompts, then draws a token for each slot and computes the next
 * logits, until every slot has ended. So keys and values stay where they are computed, also on a device whose tensors
 * don't outlive a run.
 *
 * Inputs: tokens and positions int64 [prompts, time], padded on the left; padding [prompts, 1, 1, time], 0 where there
 * is a token and very negative where not; causal [time * group, time]; rows int64 [prompts, 1] (the last token of
 * each, counted over prompts * time); promptOf int64 [slots]; promptLengths int64 [slots, 1]; slotPadding [slots, 1,
 * 1, time - 1], as padding without the last column; inverseTemperature, rowNumbers and ended (zeros) [slots, 1];
 * uniforms [steps, slots, 1]; steps int64 []. Prompts take 2 places at least. Output: drawn [steps taken, slots, 2]:
 * each token and its probability; of a slot that has ended, whatever came after it.
 *
 * @param frozen weights by name that become constants
 */
export function writingLoopGraph(model: SampledModel, frozen: ReadonlyMap<string, Float32Array>): ModelSpec {
  const before = promptGraph(model, frozen);
  const { body, constants } = loopBody(model);
  const state = stateNames(model.config);
  return {
    nodes: [
      ...before.nodes,
      {
        operator: "Loop",
        domain: "",
        inputs: ["steps", START.name, "ended", ...state.map(first)],
        outputs: [...["ended", ...state].map((name) => `last.${name}`), "drawn"],
        attributes: { body: { graph: body } },
      },
    ],
    constants: [...before.constants, ...constants, START],
    inputs: [...before.inputs, ...SLOT_INPUTS.map(bySlots)],
    outputs: [{ name: "drawn", type: "float32", shape: ["N", SLOTS, 2] }],
    shapes: before.shapes,
  };
}

/** The axis of slots around the loop, where a batch is of prompts; within it, a batch is of slots. */
const SLOTS = "slots";

function bySlots(value: ValueSpec): ValueSpec {
  return { ...value, shape: value.shape.map((size) => (size === "B" ? SLOTS : size)) };
}

const START: ConstantSpec = { name: "start", type: "bool", shape: [], bytes: Uint8Array.of(1) };

/** What the loop reads beside what the prompts gave. */
const SLOT_INPUTS: readonly ValueSpec[] = [
  { name: "steps", type: "int64", shape: [] },
  { name: "ended", type: "float32", shape: ["B", 1] },
  { name: "promptLengths", type: "int64", shape: ["B", 1] },
  { name: "slotPadding", type: "float32", shape: ["B", 1, 1, "before"] },
  { name: "inverseTemperature", type: "float32", shape: ["B", 1] },
  { name: "rowNumbers", type: "float32", shape: ["B", 1] },
  { name: "uniforms", type: "float32", shape: ["N", "B", 1] },
];

/** What goes from step to step, but for which slots have ended. */
function stateNames({ layers }: ModelConfig): string[] {
  return ["logits", ...Array.from({ length: layers }, (_, layer) => [`keys.${layer}`, `values.${layer}`]).flat()];
}

/** What such a value is before the first step. */
function first(name: string): string {
  return `first.${name}`;
}

/**
 * Gives for each slot the logits after its prompt, and its keys and values in two parts: those of the last token, where
 * a slot's own begin, and those before it, which stay. [slots, kvHeads, time, headDim].
 */
function promptGraph({ config, lora, positions }: SampledModel, frozen: ReadonlyMap<string, Float32Array>): ModelSpec {
  const { kvHeads, headDim } = config;
  const decoder = createDecoder(config, { positions, lora });
  const { graph } = decoder;
  const tokens = graph.input("tokens", ["B", "T"], "int64");
  const places = graph.input("positions", ["B", "T"], "int64");
  const mask = emitNode("Add", [graph.input("padding", ["B", 1, 1, "T"]), graph.input("causal", ["T*G", "T"])], {
    shape: ["B", 1, "T*G", "T"],
  });
  const rows = graph.input("rows", ["B", 1], "int64");
  const promptOf = graph.input("promptOf", [SLOTS], "int64");
  const { hidden, layers } = decode(decoder, tokens, places, causalAttention(config, mask));
  const bySlot = (x: Tensor): Tensor =>
    emitNode("Gather", [x, promptOf], { shape: [SLOTS, ...x.shape.slice(1)], attributes: { axis: 0 } });
  const outputs: Record<string, Tensor> = { [first("logits")]: bySlot(outputLogits(decoder, pickRows(hidden, rows))) };
  const keep = (name: string, x: Tensor): void => {
    const heads = transpose(reshape(x, [0, 0, kvHeads, headDim], ["B", "T", kvHeads, headDim]), [0, 2, 1, 3]);
    outputs[`prompt.${name}`] = bySlot(cut(heads, 2, [0, -1], "before"));
    outputs[first(name)] = bySlot(cut(heads, 2, [-1, Number.MAX_SAFE_INTEGER], 1));
  };
  layers.forEach(({ keys, values }, layer) => {
    keep(`keys.${layer}`, keys);
    keep(`values.${layer}`, values);
  });
  return compile(graph, outputs, { frozen });
}

/** One step, as the body of a loop; it reads weights and what the prompts gave from the graph around it. */
function loopBody({ config, lora, positions }: SampledModel): {
  readonly body: ModelSpec;
  readonly constants: readonly ConstantSpec[];
} {
  const { kvHeads, headDim, vocabSize } = config;
  const decoder = createDecoder(config, { positions, lora });
  const { graph } = decoder;
  const step = graph.input("step", [], "int64");
  const goesOn = graph.input("goesOn", [], "bool");
  const given = (wanted: string): Tensor => {
    const { name, shape, type } = SLOT_INPUTS.find((spec) => spec.name === wanted)!;
    return graph.input(name, shape, type);
  };
  const ended = given("ended");
  const logits = graph.input("logits", ["B", vocabSize]);
  const caches = (prefix: string, length: string): LayerKeyValues[] =>
    Array.from({ length: config.layers }, (_, layer) => ({
      keys: graph.input(`${prefix}keys.${layer}`, ["B", kvHeads, length, headDim]),
      values: graph.input(`${prefix}values.${layer}`, ["B", kvHeads, length, headDim]),
    }));
  const own = caches("", "since");
  const prompt = caches("prompt.", "before");

  const inverse = given("inverseTemperature");
  const probabilities = softmax(emitNode("Mul", [logits, inverse], { shape: logits.shape }));
  const uniforms = emitNode("Gather", [given("uniforms"), step], { shape: ["B", 1], attributes: { axis: 0 } });
  const drawn = drawTokens(probabilities, { uniforms, rowNumbers: given("rowNumbers") });
  const token = splitLast(drawn, [1, 1])[0]!;
  const hasEnded = endsWith(config, token, ended);

  const ids = emitNode("Cast", [token], { shape: ["B", 1], type: "int64", attributes: { to: INT64 } });
  const places = emitNode("Add", [given("promptLengths"), step], { shape: ["B", 1], type: "int64" });
  const grown: LayerKeyValues[] = [];
  const attention = growingAttention(config, { prompt, own, grown, padding: given("slotPadding") });
  const { hidden } = decode(decoder, ids, places, attention);
  const next = {
    goesOn: isAnyOpen(hasEnded),
    ended: hasEnded,
    logits: reshape(outputLogits(decoder, hidden), [-1, vocabSize], ["B", vocabSize]),
    ...Object.fromEntries(
      grown.flatMap(({ keys, values }, layer) => [
        [`keys.${layer}`, keys],
        [`values.${layer}`, values],
      ]),
    ),
    drawn,
  };
  const named = Object.fromEntries(Object.entries(next).map(([name, tensor]) => [`next.${name}`, tensor]));
  const model = compile(graph, named);
  const state = [step, goesOn, ended, logits, ...own.flatMap(({ keys, values }) => [keys, values])];
  return within({ ...model, inputs: state.map(({ name, type, shape }) => ({ name, type, shape })) });
}

const INT64 = 7;

/** Which slots have ended: those that had, and those whose token ends a completion. [slots, 1] of 0 and 1. */
function endsWith(config: ModelConfig, token: Tensor, ended: Tensor): Tensor {
  const ids = [...endTokenIds(config)];
  if (ids.length === 0) return ended;
  const { graph } = token;
  const equal = emitNode("Equal", [token, graph.constant(ids, [1, ids.length])], {
    shape: ["B", ids.length],
    type: "bool",
  });
  const hits = emitNode("Cast", [equal], { shape: equal.shape, attributes: { to: 1 } });
  const hit = emitNode("ReduceMax", [hits], { shape: ["B", 1], attributes: { axes: [1], keepdims: 1 } });
  return emitNode("Max", [ended, hit], { shape: ["B", 1] });
}

function isAnyOpen(ended: Tensor): Tensor {
  const least = emitNode("ReduceMin", [ended], { shape: [], attributes: { axes: [0, 1], keepdims: 0 } });
  return emitNode("Less", [least, ended.graph.constant([0.5], [])], { shape: [], type: "bool" });
}

interface GrowingCaches {
  readonly prompt: readonly LayerKeyValues[];
  readonly own: readonly LayerKeyValues[];
  /** Takes each layer's own keys and values with those of the new token. */
  readonly grown: LayerKeyValues[];
  readonly padding: Tensor;
}

/** Attention of one new token over its prompt and what was written since. */
function growingAttention(config: ModelConfig, { prompt, own, grown, padding }: GrowingCaches): Attention {
  const { kvHeads, headDim, heads } = config;
  const group = heads / kvHeads;
  return (layer, queries, keys, values) => {
    const { graph } = queries;
    const scaleBy = 1 / Math.sqrt(headDim);
    const q = reshape(queries, [0, kvHeads, group, headDim], ["B", kvHeads, group, headDim]);
    const joined = (past: Tensor, now: Tensor): Tensor =>
      emitNode("Concat", [past, reshape(now, [0, kvHeads, 1, headDim], ["B", kvHeads, 1, headDim])], {
        shape: ["B", kvHeads, "since+1", headDim],
        attributes: { axis: 2 },
      });
    const since = { keys: joined(own[layer]!.keys, keys), values: joined(own[layer]!.values, values) };
    grown.push(since);
    const before = prompt[layer]!;
    const score = (of: Tensor): Tensor => batchedMatmul(q, of, { transposeB: true, scale: scaleBy });
    const shares = softmax(concatLast([addMask(score(before.keys), padding), score(since.keys)]));
    const length = lengthBefore(graph, before.keys);
    const zero = graph.constant([0], [1], "int64");
    const end = graph.constant([Number.MAX_SAFE_INTEGER], [1], "int64");
    const axis = graph.constant([3], [1], "int64");
    const ofPrompt = emitNode("Slice", [shares, zero, length, axis], { shape: ["B", kvHeads, group, "before"] });
    const ofOwn = emitNode("Slice", [shares, length, end, axis], { shape: ["B", kvHeads, group, "since+1"] });
    const mixed = addSame(batchedMatmul(ofPrompt, before.values), batchedMatmul(ofOwn, since.values));
    return reshape(mixed, [0, 1, heads * headDim], ["B", 1, heads * headDim]);
  };
}

function lengthBefore(graph: Graph, keys: Tensor): Tensor {
  return graph.emitOne({
    operator: "Shape",
    inputs: [keys],
    shape: [1],
    type: "int64",
    attributes: { start: 2, end: 3 },
  });
}

function cut(x: Tensor, axis: number, [from, to]: readonly [number, number], length: number | string): Tensor {
  const { graph } = x;
  const [start, end, axes] = [from, to, axis].map((value) => graph.constant([value], [1], "int64"));
  const shape = x.shape.map((size, i) => (i === axis ? length : size));
  return emitNode("Slice", [x, start!, end!, axes!], { shape });
}

/** A graph as the body of another: its own values get names of their own, its large constants go to the other. */
function within(model: ModelSpec): { readonly body: ModelSpec; readonly constants: readonly ConstantSpec[] } {
  const own = new Set([
    ...model.nodes.flatMap(({ outputs }) => outputs),
    ...model.constants.map(({ name }) => name),
    ...model.inputs.map(({ name }) => name),
  ]);
  const renamed = (name: string): string => (own.has(name) ? `${WITHIN}${name}` : name);
  const constants = model.constants.map((constant) => ({ ...constant, name: renamed(constant.name) }));
  const value = (spec: ValueSpec): ValueSpec => bySlots({ ...spec, name: renamed(spec.name) });
  const isSmall = ({ bytes }: ConstantSpec): boolean => bytes.length <= SMALL_BYTES;
  return {
    body: {
      nodes: model.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(renamed),
        outputs: node.outputs.map(renamed),
      })),
      constants: constants.filter(isSmall),
      inputs: model.inputs.map(value),
      outputs: model.outputs.map(value),
      shapes: new Map(),
    },
    constants: constants.filter((constant) => !isSmall(constant)),
  };
}
