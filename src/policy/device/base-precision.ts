import { isApart, withHalfInputs, type Engine, type ModelSpec, type TensorData } from "../../engine/index.ts";
import { EngineError, OptionError, show } from "../../errors.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { joinedLayout, type JoinedWeight } from "../../model/joined-weights.ts";
import { toFloat16 } from "../../numbers/float16.ts";

/** What the weights under an adapter are held in on a device; sums are float32 in any case. */
export const BASE_PRECISIONS = ["float32", "float16"] as const;
export type BasePrecision = (typeof BASE_PRECISIONS)[number];

/** How a model's weights under an adapter are held. */
export interface HeldBase {
  /** The weights in the order in which they are placed, with the type of each. */
  readonly layout: readonly (JoinedWeight & { readonly type: "float32" | "float16" })[];
  /** A graph as it reads the weights that are held so. */
  graph(model: ModelSpec): ModelSpec;
  /** A weight's numbers as they are held, of its parameters'. @throws EngineError where they don't fit the precision */
  numbers(name: string, parameters: readonly Float32Array[]): TensorData;
}

/** Matrices are held in the precision; norms and biases are small, and stay float32. */
export function heldBase(config: ModelConfig, precision: BasePrecision): HeldBase {
  const layout = joinedLayout(config).map((weight) => {
    const type = precision === "float16" && weight.shape.length > 1 ? ("float16" as const) : ("float32" as const);
    return { ...weight, type };
  });
  const weights = new Map(layout.map((weight) => [weight.name, weight]));
  const halves = new Set(layout.filter(({ type }) => type === "float16").map(({ name }) => name));
  return {
    layout,
    graph: (model) => (halves.size === 0 ? model : withHalfInputs(model, halves)),
    numbers(name, parameters) {
      const values = sideBySide(weights.get(name)!, parameters);
      return halves.has(name) ? halvesOf(name, values) : values;
    },
  };
}

/** Parameters side by side along their last axis. */
function sideBySide({ shape, parts }: JoinedWeight, parameters: readonly Float32Array[]): Float32Array {
  if (parameters.length === 1) return parameters[0]!;
  const width = shape.at(-1)!;
  const joined = new Float32Array(shape.reduce((product, length) => product * length, 1));
  let from = 0;
  parts.forEach((part, i) => {
    const own = part.shape.at(-1)!;
    for (let row = 0; row * own < part.size; row++)
      joined.set(parameters[i]!.subarray(row * own, (row + 1) * own), row * width + from);
    from += own;
  });
  return joined;
}

function halvesOf(name: string, values: Float32Array): Uint16Array {
  const halves = toFloat16(values);
  if (halves !== undefined) return halves;
  throw new EngineError(
    `Expected the numbers of ${name} to fit 16 bits (to 65,504), got larger ones; use \`basePrecision: "float32"\`.`,
  );
}

/** @throws EngineError where a device can't hold a base in the precision that is asked for */
export async function checkHalves(
  engine: Engine,
  { basePrecision }: { readonly basePrecision: BasePrecision },
): Promise<void> {
  if (basePrecision === "float32" || (await engine.hasFloat16())) return;
  throw new EngineError(
    `Expected the device ${engine.device} to hold numbers of 16 bits, it doesn't; use \`basePrecision: "float32"\`.`,
  );
}

/** @throws OptionError where it is asked for without an adapter, or where weights are not kept on a device */
export function checkBasePrecision({
  basePrecision,
  lora,
  device,
}: {
  readonly basePrecision: BasePrecision;
  readonly lora: number;
  readonly device: string;
}): void {
  if (basePrecision === "float32" || (lora > 0 && isApart(device))) return;
  const [name, given] = lora > 0 ? (["device", device] as const) : (["lora", lora] as const);
  throw new OptionError(
    `Expected \`basePrecision: "float16"\` with an adapter on webgpu, got \`${name}\` ${show(given)}; set \`lora\` and \`device\`, or leave it out.`,
  );
}
