import type { RopeScaling } from "../graph/index.ts";
import { JsonFields } from "../host/json-fields.ts";
import { isJsonObject } from "../host/show-json.ts";

/**
 * How positions are rotated, from a `config.json`: `rope_theta` and `rope_scaling` at the top, or all in
 * `rope_parameters` as newer files have it. Where both stand, `rope_scaling` counts, as in transformers.
 *
 * @throws CheckpointError for a kind of scaling that isn't computed here, or a number that is missing or out of bounds
 */
export function readRope(fields: JsonFields): { readonly ropeTheta: number; readonly ropeScaling?: RopeScaling } {
  const rope = inner(fields, "rope_scaling") ?? inner(fields, "rope_parameters");
  const ropeTheta = (rope?.get("rope_theta") === undefined ? fields : rope).number("rope_theta", 1, 1e12, 10_000);
  const ropeScaling = rope === undefined ? undefined : readScaling(rope);
  return { ropeTheta, ...(ropeScaling === undefined ? {} : { ropeScaling }) };
}

/** The object to write as `rope_scaling`. */
export function ropeScalingToJson(scaling: RopeScaling): Record<string, unknown> {
  if (scaling.kind === "linear") return { rope_type: "linear", factor: scaling.factor };
  return {
    rope_type: "llama3",
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequencyFactor,
    high_freq_factor: scaling.highFrequencyFactor,
    original_max_position_embeddings: scaling.originalPositions,
  };
}

function inner(fields: JsonFields, name: string): JsonFields | undefined {
  const value = fields.get(name);
  if (value === undefined || (isJsonObject(value) && Object.keys(value).length === 0)) return undefined;
  return isJsonObject(value) ? new JsonFields(value, `\`${name}\` of ${fields.where}`) : fields.fail(name, "an object");
}

function readScaling(rope: JsonFields): RopeScaling | undefined {
  if (rope.number("partial_rotary_factor", 0, 1, 1) !== 1)
    rope.fail("partial_rotary_factor", "1 or absent", "partly rotated heads are not supported");
  const name = rope.get("rope_type") === undefined ? "type" : "rope_type";
  const kind = rope.choice(name, ["default", "linear", "llama3"], "default");
  if (kind === "default") return undefined;
  const factor = rope.number("factor", 1, 1e6);
  if (kind === "linear") return { kind, factor };
  const lowFrequencyFactor = rope.number("low_freq_factor", 1e-3, 1e6);
  const highFrequencyFactor = rope.number("high_freq_factor", 1e-3, 1e6);
  if (highFrequencyFactor <= lowFrequencyFactor)
    rope.fail("high_freq_factor", `over \`low_freq_factor\`, ${lowFrequencyFactor}`);
  return {
    kind: "llama3",
    factor,
    lowFrequencyFactor,
    highFrequencyFactor,
    originalPositions: rope.integer("original_max_position_embeddings", 1, 2 ** 24),
  };
}
