import type { ModelConfig } from "./model-config.ts";
import { parameterLayout, type ParameterInfo } from "./parameters.ts";

/** What a graph reads as one weight: a parameter, or several side by side along their last axis. */
export interface JoinedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parts: readonly ParameterInfo[];
}

/** The projections of the same input, which make one product of larger matrices: fewer, larger operators. */
const TOGETHER: readonly { readonly ends: readonly string[]; readonly as: string }[] = [
  { ends: ["q_proj", "k_proj", "v_proj"], as: "qkv_proj" },
  { ends: ["gate_proj", "up_proj"], as: "gate_up_proj" },
];

/** A parameter by itself. */
export function alone(info: ParameterInfo): JoinedWeight {
  return { name: info.name, shape: info.shape, parts: [info] };
}

/**
 * A model's weights with the projections of queries, keys and values as one (`self_attn.qkv_proj`), and those of gate
 * and up (`mlp.gate_up_proj`), biases too.
 */
export function joinedLayout(config: ModelConfig): readonly JoinedWeight[] {
  const joined = new Map<string, ParameterInfo[]>();
  for (const info of parameterLayout(config)) {
    const name = joinedName(info.name);
    joined.set(name, [...(joined.get(name) ?? []), info]);
  }
  return Array.from(joined, ([name, parts]) => {
    const { shape } = parts[0]!;
    const width = parts.reduce((total, part) => total + part.shape.at(-1)!, 0);
    return { name, shape: [...shape.slice(0, -1), width], parts };
  });
}

function joinedName(name: string): string {
  for (const { ends, as } of TOGETHER) {
    const end = ends.find((one) => name.endsWith(`.${one}.weight`) || name.endsWith(`.${one}.bias`));
    if (end !== undefined) return name.replace(`.${end}.`, `.${as}.`);
  }
  return name;
}
