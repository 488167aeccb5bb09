import type { ModelSpec } from "./model-proto.ts";

/** A graph without the nodes and constants that nothing of what it gives depends on. */
export function withoutUnread(model: ModelSpec): ModelSpec {
  const read = new Set(model.outputs.map(({ name }) => name));
  const nodes = [...model.nodes].reverse().filter(({ inputs, outputs }) => {
    if (!outputs.some((name) => read.has(name))) return false;
    for (const name of inputs) read.add(name);
    return true;
  });
  return { ...model, nodes: nodes.reverse(), constants: model.constants.filter(({ name }) => read.has(name)) };
}
