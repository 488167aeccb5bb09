import { crossEntropyLoss, tokenMean } from "../losses/index.ts";
import { withBegin } from "../asking/model-template.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { endToken } from "../tokenizer/end-token.ts";
import { OptionError } from "../errors.ts";
import { cosineSchedule } from "../optimizer/index.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import type { FitMetrics } from "../store/index.ts";
import type { Policy } from "../policy/policy.ts";
import type { TrainingSequence } from "../records/rollout.ts";
import type { TrainingExample } from "../data/training-example.ts";
import type { FitOptions } from "./examples-options.ts";

/** An example in tokens; the completion ends with the end-of-sequence token. */
export type TokenizedExample = Pick<TrainingSequence, "promptTokens" | "tokens">;

/**
 * Examples in tokens, each checked against the model before hours are spent.
 *
 * @param bos what the tokenizer puts before every text; a prompt that has it already gets no second one
 * @throws OptionError naming the first example that the tokenizer or the model's positions can't hold
 */
export function tokenizeExamples(
  examples: readonly TrainingExample[],
  model: Checkpoint,
  bos: string,
): TokenizedExample[] {
  const { tokenizer, config } = model;
  const end = endToken(model);
  return examples.map(({ prompt, completion }, place) => {
    try {
      const example = {
        promptTokens: tokenizer.encode(withBegin(bos, prompt)),
        tokens: [...tokenizer.encode(completion), end],
      };
      const length = example.promptTokens.length + example.tokens.length;
      if (length <= config.maxPositions) return example;
      throw new OptionError(
        `it has ${length} tokens and the model reads ${config.maxPositions}; leave longer ones out`,
      );
    } catch (error) {
      throw new OptionError(
        `Expected example ${place + 1} of the data to fit the model: ${(error as Error).message.replace(/\.$/, "")}.`,
      );
    }
  });
}

export function sftSteps(examples: number, { batchSize, epochs }: Pick<FitOptions, "batchSize" | "epochs">): number {
  return Math.ceil(examples / batchSize) * epochs;
}

/**
 * Supervised fine-tuning: cross-entropy on the completions only, every token of a batch weighing the same, a cosine
 * schedule. Each epoch has an order of its own that depends on the seed and the epoch alone.
 *
 * @param from the first step, counted from 1
 */
export async function* trainSft(
  policy: Policy,
  examples: readonly TokenizedExample[],
  options: FitOptions,
  from: number,
): AsyncGenerator<FitMetrics> {
  const perEpoch = Math.ceil(examples.length / options.batchSize);
  const steps = perEpoch * options.epochs;
  const schedule = cosineSchedule(
    options.learningRate,
    steps,
    Math.min(options.warmup, Math.floor(steps / 10)),
    options.learningRateFloor,
  );
  for (let step = from; step <= steps; step++) {
    const started = performance.now();
    const epoch = Math.floor((step - 1) / perEpoch);
    const order = new RandomStream(splitKey(randomKey(options.seed), "epoch", epoch)).shuffle(examples);
    const batch = order.slice(((step - 1) % perEpoch) * options.batchSize).slice(0, options.batchSize);
    const weights = tokenMean(batch.map(({ tokens }) => tokens.length));
    const learningRate = schedule(policy.version);
    const { loss, gradNorm } = await policy.update(
      batch.map((example, i) => ({ ...example, weight: weights[i]!, advantage: 0 })),
      crossEntropyLoss,
      { learningRate, clipNorm: options.clipNorm, temperature: 1 },
    );
    const tokens = batch.reduce((sum, example) => sum + example.tokens.length, 0);
    const seconds = (performance.now() - started) / 1000;
    yield { step, loss, gradNorm, learningRate, epoch: epoch + 1, tokens, seconds, tokensPerSecond: tokens / seconds };
  }
}
