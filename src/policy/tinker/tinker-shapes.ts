import { show } from "../../errors.ts";
import { TinkerFailure } from "./tinker-failure.ts";

/** A sequence to pass through the model: each token predicts the target at its place. All of the same length. */
export interface TinkerDatum {
  readonly tokens: readonly number[];
  readonly targets: readonly number[];
  /** 1 where the loss counts the target, else 0. */
  readonly weights: readonly number[];
  readonly advantages: readonly number[];
  /** Of the sampler. */
  readonly logprobs: readonly number[];
}

export interface TinkerPassRequest {
  readonly modelId: string;
  /** Tells a request that is sent again from another one. */
  readonly sequenceId: number;
  readonly data: readonly TinkerDatum[];
  readonly loss: "importance_sampling" | "ppo" | "cross_entropy";
  readonly lossConfig: Readonly<Record<string, number>>;
  readonly forwardOnly: boolean;
}

/** What a pass through the model gave. */
export interface TinkerPass {
  /** Of the targets, by datum. */
  readonly logprobs: readonly Float32Array[];
  /** What the server gives by datum. */
  readonly fields: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** A completion as a server gives it. */
export interface TinkerSequence {
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
  readonly stop: string;
}

/** A pass as servers before SkyRL 0.4 take it: JSON. */
export function passRequestJson({
  modelId,
  sequenceId,
  data,
  loss,
  lossConfig,
  forwardOnly,
}: TinkerPassRequest): object {
  const input = {
    data: data.map(({ tokens, targets, weights, advantages, logprobs }) => ({
      model_input: { chunks: [{ type: "encoded_text", tokens }] },
      loss_fn_inputs: {
        target_tokens: { data: targets },
        weights: { data: weights },
        advantages: { data: advantages },
        logprobs: { data: logprobs },
      },
    })),
    loss_fn: loss,
    ...(Object.keys(lossConfig).length === 0 ? {} : { loss_fn_config: lossConfig }),
  };
  return { model_id: modelId, seq_id: sequenceId, [forwardOnly ? "forward_input" : "forward_backward_input"]: input };
}

/** @throws TinkerFailure where a field is missing or no text */
export function textField(json: unknown, name: string): string {
  const value = isRecord(json) ? json[name] : undefined;
  if (typeof value === "string" && value !== "" && value.length <= 1024) return value;
  throw new TinkerFailure("refused", `an answer without \`${name}\` (${show(json)})`);
}

/** The sequences of a JSON answer, unchecked. @throws TinkerFailure for another shape */
export function sequencesOfJson(json: unknown): TinkerSequence[] {
  const sequences = isRecord(json) ? json["sequences"] : undefined;
  if (!Array.isArray(sequences)) throw new TinkerFailure("refused", `an answer without sequences (${show(json)})`);
  return sequences.map((sequence: unknown) => {
    const { tokens, logprobs, stop_reason: stop } = isRecord(sequence) ? sequence : {};
    if (!isNumbers(tokens) || !isNumbers(logprobs) || typeof stop !== "string")
      throw new TinkerFailure("refused", `a sequence that is none (${show(sequence)})`);
    return { tokens, logprobs, stop };
  });
}

/** The pass of a JSON answer. @throws TinkerFailure for another shape */
export function passOfJson(json: unknown): TinkerPass {
  const { loss_fn_outputs: outputs, metrics } = isRecord(json) ? json : {};
  if (!Array.isArray(outputs))
    throw new TinkerFailure("refused", `an answer without log-probabilities (${show(json)})`);
  const logprobs = outputs.map((output: unknown) => {
    const tensor = isRecord(output) ? output["logprobs"] : undefined;
    const data = isRecord(tensor) ? tensor["data"] : undefined;
    if (!isNumbers(data)) throw new TinkerFailure("refused", `an answer without log-probabilities (${show(output)})`);
    return Float32Array.from(data);
  });
  const [first] = outputs as readonly unknown[];
  return { logprobs, fields: isRecord(first) ? Object.keys(first) : [], metrics: numbersOf(metrics) };
}

/** The numbers among the values of an object. */
export function numbersOf(json: unknown): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(isRecord(json) ? json : {}).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number" && Number.isFinite(entry[1]),
    ),
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((number) => typeof number === "number");
}
