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
  const ropeScaling = rope === undefined ? undefined : readScaling(rope, fields);
  return { ropeTheta, ...(ropeScaling === undefined ? {} : { ropeScaling }) };
}

/** The object to write as `rope_scaling`. */
export function ropeScalingToJson(scaling: RopeScaling): Record<string, unknown> {
  if (scaling.kind === "linear" || scaling.kind === "dynamic")
    return { rope_type: scaling.kind, factor: scaling.factor };
  if (scaling.kind === "yarn")
    return {
      rope_type: "yarn",
      factor: scaling.factor,
      beta_fast: scaling.fastTurns,
      beta_slow: scaling.slowTurns,
      truncate: scaling.truncated,
      attention_factor: scaling.attentionFactor,
      original_max_position_embeddings: scaling.originalPositions,
    };
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

function readScaling(rope: JsonFields, config: JsonFields): RopeScaling | undefined {
  if (rope.number("partial_rotary_factor", 0, 1, 1) !== 1)
    rope.fail("partial_rotary_factor", "1 or absent", "partly rotated heads are not supported");
  const name = rope.get("rope_type") === undefined ? "type" : "rope_type";
  const kind = rope.choice(name, ["default", "linear", "llama3", "yarn", "dynamic"], "default");
  if (kind === "default") return undefined;
  if (kind === "yarn") return readYarn(rope, config);
  const factor = rope.number("factor", 1, 1e6);
  if (kind === "linear" || kind === "dynamic") return { kind, factor };
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

/** Defaults as in transformers (modeling_rope_utils.py) and the paper, arXiv:2309.00071. */
function readYarn(rope: JsonFields, config: JsonFields): RopeScaling {
  const places = [rope, config].find((fields) => fields.get("original_max_position_embeddings") !== undefined);
  const originalPositions =
    places?.integer("original_max_position_embeddings", 1, 2 ** 24) ??
    config.integer("max_position_embeddings", 1, 2 ** 24);
  const most = config.get("max_position_embeddings");
  const factor = rope.number("factor", 1, 1e6, typeof most === "number" ? most / originalPositions : undefined);
  const fastTurns = rope.number("beta_fast", 1e-3, 1e6, 32);
  const slowTurns = rope.number("beta_slow", 1e-3, 1e6, 1);
  if (fastTurns < slowTurns) rope.fail("beta_fast", `at least \`beta_slow\`, ${slowTurns}`);
  const scale = rope.number("mscale", 0, 1e3, 0);
  const scaleOfAll = rope.number("mscale_all_dim", 0, 1e3, 0);
  const byFactor =
    scale > 0 && scaleOfAll > 0
      ? attentionScale(factor, scale) / attentionScale(factor, scaleOfAll)
      : attentionScale(factor, 1);
  return {
    kind: "yarn",
    factor,
    fastTurns,
    slowTurns,
    truncated: rope.flag("truncate", true),
    attentionFactor: rope.number("attention_factor", 1e-3, 1e3, byFactor),
    originalPositions,
  };
}

/** What YaRN multiplies cosines and sines by, from the paper's equation 22. */
export function attentionScale(factor: number, scale: number): number {
  return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
}
