import { OptionError } from "../errors.ts";
import { mean } from "../numbers/metrics.ts";
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import { endToken } from "../tokenizer/end-token.ts";
import { withScalarHead } from "../model/scalar-head.ts";
import { cosineSchedule } from "../optimizer/index.ts";
import { RandomStream, randomKey, splitKey, uniformAt } from "../random.ts";
import { ScalarModel } from "../policy/local/scalar-model.ts";
import type { PairSequence } from "../policy/local/scalar-worker.ts";
import { longerChosenShare, type PreferencePair } from "../data/preference-pairs.ts";
import { resolveRewardModelOptions, type RewardModelOptions } from "./reward-model-options.ts";

export interface RewardModelSummary {
  readonly folder: string;
  readonly pairs: number;
  readonly testPairs: number;
  /** Share of the test pairs whose chosen side scores higher. */
  readonly testAccuracy: number;
  /** Of the pairs that differ in length; near a half where lengths are balanced. */
  readonly longerChosen: number | null;
  readonly loss: number;
  readonly seconds: number;
}

export interface RewardModelContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly step: number;
    readonly steps: number;
    readonly loss: number;
    readonly tokensPerSecond: number;
  }) => void;
}

/** Lengths further apart than this teach a reward model to like length. */
const MOST_UNBALANCED = 0.65;

/**
 * A reward model: a decoder with a scalar head, trained on preference pairs by the pairwise loss. R1's,
 * arXiv:2501.12948, Methods: the policy's architecture with a head, one epoch of 66,000 pairs of balanced lengths.
 *
 * @throws OptionError for pairs of unbalanced lengths, or too few of them
 */
export async function trainRewardModel(
  folder: string,
  pairs: readonly PreferencePair[],
  partial: Partial<RewardModelOptions> & Pick<RewardModelOptions, "base">,
  context: RewardModelContext = {},
): Promise<RewardModelSummary> {
  const options = resolveRewardModelOptions(partial);
  const longerChosen = longerChosenShare(pairs);
  if (
    longerChosen !== null &&
    pairs.length >= 100 &&
    (longerChosen > MOST_UNBALANCED || longerChosen < 1 - MOST_UNBALANCED)
  ) {
    throw new OptionError(
      `Expected the two sides of the preference pairs to have balanced lengths, but the chosen one is the longer in ${Math.round(longerChosen * 100)} % of them; the model would learn length. Leave out pairs until it is near 50 %.`,
    );
  }
  const started = performance.now();
  const base = await loadCheckpoint(options.base);
  const { test, train } = splitPairs(pairs, options);
  if (train.length < options.batchSize)
    throw new OptionError(`Expected at least ${options.batchSize} preference pairs to train on, got ${train.length}.`);
  const head = withScalarHead(base.config, base.parameters);
  const model = await ScalarModel.start(head.config, head.parameters, {
    workers: options.workers,
  });
  try {
    const loss = await fit(model, tokenizePairs(train, base), options, context);
    const testAccuracy = await accuracyOn(model, tokenizePairs(test, base));
    const summary = {
      folder,
      pairs: train.length,
      testPairs: test.length,
      testAccuracy,
      longerChosen,
      loss,
      seconds: (performance.now() - started) / 1000,
    };
    await saveCheckpoint(folder, {
      config: head.config,
      parameters: model.parameters(),
      tokenizer: base.tokenizer,
      extraFiles: new Map([["README.md", card(summary, options)]]),
    });
    return summary;
  } finally {
    await model.stop();
  }
}

/** By the prompt, so that no prompt is on both sides. */
function splitPairs(
  pairs: readonly PreferencePair[],
  { seed, testShare }: RewardModelOptions,
): { readonly test: PreferencePair[]; readonly train: PreferencePair[] } {
  const isTest = ({ prompt }: PreferencePair): boolean =>
    uniformAt(splitKey(randomKey(seed), "test pairs", prompt), 0) < testShare;
  return { test: pairs.filter(isTest), train: pairs.filter((pair) => !isTest(pair)) };
}

function tokenizePairs(pairs: readonly PreferencePair[], model: Checkpoint): PairSequence[] {
  const { tokenizer, config } = model;
  const end = endToken(model);
  const tokens = (prompt: string, text: string): number[] => {
    const all = [...tokenizer.encode(prompt), ...tokenizer.encode(text), end];
    if (all.length > config.maxPositions)
      throw new OptionError(
        `Expected both sides of every preference pair to fit the model's ${config.maxPositions} positions, got ${all.length} tokens; leave longer ones out.`,
      );
    return all;
  };
  return pairs.map(({ prompt, chosen, rejected }) => ({
    chosen: tokens(prompt, chosen),
    rejected: tokens(prompt, rejected),
    weight: 0,
  }));
}

/** Returns the mean loss of the last tenth of the steps. */
async function fit(
  model: ScalarModel,
  pairs: readonly PairSequence[],
  options: RewardModelOptions,
  context: RewardModelContext,
): Promise<number> {
  const perEpoch = Math.ceil(pairs.length / options.batchSize);
  const steps = perEpoch * options.epochs;
  const schedule = cosineSchedule(options.learningRate, steps, Math.floor(steps / 10), 0.1);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    context.signal?.throwIfAborted();
    const started = performance.now();
    const order = new RandomStream(splitKey(randomKey(options.seed), "pairs", Math.floor(step / perEpoch))).shuffle(
      pairs,
    );
    const batch = order.slice((step % perEpoch) * options.batchSize).slice(0, options.batchSize);
    const { loss } = await model.updatePairs(
      batch.map((pair) => ({ ...pair, weight: 1 / batch.length })),
      { learningRate: schedule(step), clipNorm: options.clipNorm },
    );
    losses.push(loss);
    const tokens = batch.reduce((sum, { chosen, rejected }) => sum + chosen.length + rejected.length, 0);
    context.onProgress?.({
      step: step + 1,
      steps,
      loss,
      tokensPerSecond: (tokens * 1000) / (performance.now() - started),
    });
  }
  return mean(losses.slice(Math.floor((losses.length - 1) * 0.9)));
}

async function accuracyOn(model: ScalarModel, pairs: readonly PairSequence[]): Promise<number> {
  const chosen = await model.scores(pairs.map((pair) => pair.chosen));
  const rejected = await model.scores(pairs.map((pair) => pair.rejected));
  return mean(chosen.map((score, i) => (score > rejected[i]! ? 1 : 0)));
}

function card(
  { pairs, testPairs, testAccuracy, longerChosen, loss }: RewardModelSummary,
  options: RewardModelOptions,
): string {
  return `# A reward model\n\nTrained on ${pairs} preference pairs (${options.epochs} epochs, batches of ${options.batchSize}, learning rate ${options.learningRate}, seed ${options.seed}); final loss ${loss.toFixed(4)} nats.\nIt prefers the chosen side in ${(testAccuracy * 100).toFixed(1)} % of ${testPairs} pairs of prompts that it never saw. The chosen side is the longer in ${longerChosen === null ? "none" : `${(longerChosen * 100).toFixed(1)} %`} of the pairs that differ in length.\n`;
}
