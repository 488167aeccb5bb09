import type { DrawingOptions } from "../policy/sampling/sampling-request.ts";
import { ApiProblem } from "./api-problem.ts";
import { refuseField, type BodyFields } from "./body-fields.ts";

/** How the choices of a request are to be drawn and told. */
export interface AskedSampling {
  readonly model: string | undefined;
  readonly choices: number;
  readonly seed: number | undefined;
  /** Undefined for what the context leaves. */
  readonly maxTokens: number | undefined;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly stops: readonly string[];
  readonly stream: boolean;
  /** Whether a stream ends with what was used. */
  readonly streamsUsage: boolean;
}

/** What is taken where a request doesn't say. */
export interface SamplingDefaults {
  readonly temperature: number;
  readonly topP: number;
}

const MOST_CHOICES = 128;
const MOST_STOPS = 16;
const LONGEST_STOP = 1000;
/** Tokens that are told in the place of each that was drawn. */
export const MOST_LIKELIEST = 20;

type Neutral = (value: unknown) => boolean;
const zero: Neutral = (value) => value === 0;
const no: Neutral = (value) => value === false;
const empty: Neutral = (value) => typeof value === "object" && value !== null && Object.keys(value).length === 0;
const never: Neutral = () => false;

/**
 * Fields of the API that would change what is written, and that this server doesn't know: refused, unless their value
 * changes nothing. All other fields that aren't known are for others to read, and passed over.
 */
const UNKNOWN: Readonly<Record<string, Neutral>> = {
  audio: never,
  best_of: (value) => value === 1,
  echo: no,
  frequency_penalty: zero,
  function_call: (value) => value === "none",
  functions: empty,
  guided_json: never,
  guided_regex: never,
  logit_bias: empty,
  min_p: zero,
  modalities: (value) => Array.isArray(value) && value.every((kind) => kind === "text"),
  prediction: never,
  presence_penalty: zero,
  repetition_penalty: (value) => value === 1,
  response_format: (value) => (value as { readonly type?: unknown }).type === "text",
  suffix: (value) => value === "",
  tool_choice: (value) => value === "none" || value === "auto",
  tools: empty,
  web_search_options: never,
};

/** Reads what both kinds of requests have. @throws ApiProblem 400 naming the field */
export function readSampling(fields: BodyFields, defaults: SamplingDefaults): AskedSampling {
  for (const [name, isNeutral] of Object.entries(UNKNOWN)) {
    const value = fields.get(name);
    if (value !== undefined && !isNeutral(value))
      throw new ApiProblem(400, `This server doesn't know \`${name}\`; leave it out.`, {
        param: name,
        code: "unsupported_parameter",
      });
  }
  const topK = fields.integer("top_k", -1) ?? 0;
  return {
    model: fields.text("model"),
    choices: fields.integer("n", 1, MOST_CHOICES) ?? 1,
    seed: fields.integer("seed", Number.MIN_SAFE_INTEGER),
    maxTokens: fields.integer("max_completion_tokens", 1) ?? fields.integer("max_tokens", 1),
    temperature: fields.number("temperature", 0, 10) ?? defaults.temperature,
    topP: fields.number("top_p", 0, 1) ?? defaults.topP,
    topK: Math.max(0, topK),
    stops: readStops(fields.get("stop")),
    stream: fields.boolean("stream") ?? false,
    streamsUsage: fields.object("stream_options").boolean("include_usage") ?? false,
  };
}

/** Lower temperatures give the likeliest, up to what a number can hold. */
const LEAST_TEMPERATURE = 0.01;

/**
 * How a policy is to draw what was asked for.
 *
 * @param likeliest tokens told in the place of each that is drawn
 * @param room tokens that the context leaves
 */
export function drawingOf(
  sampling: Pick<AskedSampling, "temperature" | "topP" | "topK" | "maxTokens">,
  likeliest: number,
  room: number,
): DrawingOptions {
  const { temperature, topP, topK, maxTokens = room } = sampling;
  return {
    temperature: Math.max(temperature, LEAST_TEMPERATURE),
    greedy: temperature === 0,
    topP,
    topK,
    maxNewTokens: Math.min(maxTokens, room),
    likeliest,
  };
}

function readStops(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isStop = (stop: unknown): stop is string =>
    typeof stop === "string" && stop !== "" && stop.length <= LONGEST_STOP;
  if (stops.length <= MOST_STOPS && stops.every(isStop)) return stops;
  return refuseField("stop", `a text or up to ${MOST_STOPS} texts of 1 to ${LONGEST_STOP} characters`, value);
}
