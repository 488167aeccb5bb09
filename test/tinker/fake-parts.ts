import type { ServerResponse } from "node:http";
import type { PolicyState } from "../../src/policy/policy.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";
import type { PassDatum, PassRequest } from "./fake-proto.ts";

export function failure(status: number, message: string): Error {
  return Object.assign(new Error(message), { status });
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  const isBytes = body instanceof Uint8Array;
  response.writeHead(status, { "content-type": isBytes ? "application/x-protobuf" : "application/json" });
  response.end(isBytes ? body : JSON.stringify(body));
}

export function copied({ parameters, moments }: PolicyState): PolicyState {
  const { firstMoment, secondMoment, updates } = moments;
  return {
    parameters: parameters.slice(),
    moments: { firstMoment: firstMoment.slice(), secondMoment: secondMoment.slice(), updates },
    reference: undefined,
  };
}

/** The completion begins where the loss counts first. */
export function sequenceOf(
  { tokens, targets, weights, advantages, logprobs }: PassDatum,
  weight = 1,
): TrainingSequence {
  const all = [tokens[0]!, ...targets];
  const first = Math.max(
    0,
    weights.findIndex((value) => value !== 0),
  );
  return {
    promptTokens: all.slice(0, first + 1),
    tokens: all.slice(first + 1),
    weight: weights.slice(first).map((value) => value * weight),
    advantage: advantages.slice(first),
    oldLogprobs: logprobs.slice(first),
  };
}

export function readPassJson(body: Buffer, forwardOnly: boolean): PassRequest {
  const json = JSON.parse(body.toString()) as Record<string, never>;
  const input = json[forwardOnly ? "forward_input" : "forward_backward_input"] as unknown as {
    readonly data: readonly {
      readonly model_input: { readonly chunks: readonly { readonly tokens: number[] }[] };
      readonly loss_fn_inputs: Readonly<Record<string, { readonly data: number[] }>>;
    }[];
    readonly loss_fn: string;
    readonly loss_fn_config?: Record<string, number>;
  };
  return {
    modelId: String(json["model_id"]),
    sequenceId: Number(json["seq_id"]),
    loss: input.loss_fn,
    lossConfig: input.loss_fn_config ?? {},
    forwardOnly,
    data: input.data.map(({ model_input: model, loss_fn_inputs: inputs }) => ({
      tokens: model.chunks[0]!.tokens,
      targets: inputs["target_tokens"]!.data,
      weights: inputs["weights"]!.data,
      advantages: inputs["advantages"]!.data,
      logprobs: inputs["logprobs"]!.data,
    })),
  };
}

export function bytesOf(content: string | Uint8Array | Iterable<Uint8Array>): Buffer {
  if (typeof content === "string") return Buffer.from(content);
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.concat([...content]);
}

export function tarred(name: string, content: Buffer): Buffer[] {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${content.length.toString(8).padStart(11, "0")} `, 124);
  header.write("0", 156);
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
