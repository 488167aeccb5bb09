import { CheckpointError } from "../errors.ts";
import type { Checkpoint, ModelFace } from "../formats/checkpoint.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import type { Policy } from "../policy/policy.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** A model that is trained: without weights where a server has them. */
export type ModelToTrain = ModelFace & Partial<Pick<Checkpoint, "parameters" | "adapter">>;

export interface PolicyHome {
  /** The longest sequence that will come. */
  readonly positions: number;
  /** A prompt's tokens, for a server to be tried with. */
  readonly prompt: readonly number[];
  readonly onNote?: ((text: string) => void) | undefined;
}

/** Puts a model to work where the options say: on this machine, or on a server. Stop it at the end. */
export async function openPolicy(
  model: ModelToTrain,
  options: ZeroOptions,
  { positions, prompt, onNote }: PolicyHome,
): Promise<Policy> {
  if (options.engine !== "") {
    // What is computed elsewhere loads nothing that computes here.
    const { startTinkerPolicy } = await import("../policy/tinker/start-tinker-policy.ts");
    return startTinkerPolicy({
      ...options,
      config: model.config,
      model: options.base,
      rank: options.lora,
      oneUpdate: options.minibatches * options.innerEpochs === 1,
      probe: {
        prompt,
        readBack: (tokens) => model.tokenizer.encode(model.tokenizer.decode(tokens)),
        maxNewTokens: options.maxCompletionTokens,
      },
      onNote,
    });
  }
  return startLocalPolicy(withWeights(model), {
    workers: options.workers,
    tokenBudget: options.tokenBudget,
    positions,
    recompute: options.recompute,
    optimizer: { weightDecay: options.weightDecay },
  });
}

/** @throws CheckpointError where a model's weights are a server's */
export function withWeights(model: ModelToTrain): Checkpoint {
  if (model.parameters !== undefined) return { ...model, parameters: model.parameters };
  throw new CheckpointError(
    `Expected weights in ${model.folder}, got a run whose weights are on a server; go on with it by its \`engine\`.`,
  );
}
