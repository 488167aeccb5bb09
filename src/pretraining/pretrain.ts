import { mean } from "../numbers/metrics.ts";
import { sumOf } from "../numbers/sum.ts";
import { corpusOf } from "./corpora.ts";
import { OptionError, TaskError, textArgument } from "../errors.ts";
import { measureGate, type GateResult, type Learner } from "./gate.ts";
import { crossEntropyLoss, tokenMean } from "../losses/index.ts";
import { saveCheckpoint } from "../formats/checkpoint.ts";
import { checkModelConfig, type ModelConfig } from "../model/model-config.ts";
import { initialParameters } from "../model/parameters.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { createWordTokenizer } from "../tokenizer/word-tokenizer.ts";
import { cosineSchedule } from "../optimizer/index.ts";
import { COMPACT_WORDS, compactPrompt, SPECIAL_TOKENS, TAG_TOKENS } from "../prompts/index.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import type { TaskCorpus } from "./task-corpus.ts";
import { findTask, type Task } from "../tasks/index.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import type { TrainingSequence } from "../records/rollout.ts";
import { pretrainCard } from "./pretrain-card.ts";
import { resolvePretrainOptions, type PretrainOptions } from "./pretrain-options.ts";

export interface PretrainProgress {
  readonly step: number;
  readonly steps: number;
  /** Mean cross-entropy of the batch in nats a token. */
  readonly loss: number;
  readonly tokensPerSecond: number;
}

export interface PretrainContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PretrainProgress) => void;
}

export interface PretrainSummary {
  readonly folder: string;
  readonly steps: number;
  readonly seconds: number;
  readonly parameters: number;
  readonly loss: number;
  readonly gate: readonly GateResult[];
}

/**
 * Trains a base model from scratch on a task's corpus, measures the gate, and saves it with its card.
 *
 * @throws OptionError for options or a task that can't be used
 */
export async function pretrain(
  folder: string,
  partial: Partial<PretrainOptions>,
  context: PretrainContext = {},
): Promise<PretrainSummary> {
  textArgument("folder", folder);
  const options = resolvePretrainOptions(partial);
  const task = findTask(options.task);
  const corpus = corpusVariant(task, options.corpus);
  const tokenizer = loadTokenizer(
    createWordTokenizer(
      [...corpus.vocabulary, ...COMPACT_WORDS.filter((word) => !corpus.vocabulary.includes(word))],
      SPECIAL_TOKENS,
      TAG_TOKENS,
    ),
  );
  const config = baseConfig(options, tokenizer);
  const key = randomKey(options.seed);
  const started = performance.now();
  const policy = await startLocalPolicy(
    { config, parameters: initialParameters(config, splitKey(key, "parameters")) },
    {
      workers: options.workers,
      optimizer: { weightDecay: options.weightDecay },
    },
  );
  try {
    const loss = await fit({ policy, tokenizer }, corpus, options, context);
    const gate = await measureGate({ policy, tokenizer }, corpus, splitKey(key, "gate"));
    const { parameters } = await policy.state();
    const card = pretrainCard({ task, options, config, parameters: parameters.length, loss, gate });
    await saveCheckpoint(folder, { config, parameters, tokenizer, extraFiles: new Map([["README.md", card]]) });
    return {
      folder,
      steps: options.steps,
      seconds: (performance.now() - started) / 1000,
      parameters: parameters.length,
      loss,
      gate,
    };
  } finally {
    await policy.stop();
  }
}

function corpusVariant(task: Task, variant: string): TaskCorpus {
  const corpus = corpusOf(task);
  if (corpus === undefined)
    throw new TaskError(
      `Expected task ${task.name} to have a corpus to make a base model from; it has none. Use a model that reads text.`,
    );
  if (!corpus.variants.includes(variant))
    throw new OptionError(`Expected \`corpus\` to be one of ${corpus.variants.join(", ")}, got ${variant}.`);
  return corpus;
}

function baseConfig(options: PretrainOptions, tokenizer: Tokenizer): ModelConfig {
  const config: ModelConfig = {
    vocabSize: tokenizer.vocabSize,
    hiddenSize: options.hiddenSize,
    layers: options.layers,
    heads: options.heads,
    kvHeads: options.kvHeads,
    headDim: options.hiddenSize / options.heads,
    ffSize: options.ffSize,
    activation: "silu",
    ropeTheta: 10000,
    rmsNormEpsilon: 1e-6,
    maxPositions: options.maxPositions,
    tiedEmbeddings: true,
    attentionBias: false,
    outputBias: false,
    qkNorm: false,
    bosTokenId: tokenizer.tokenToId("<bos>")!,
    eosTokenIds: [tokenizer.tokenToId("<eos>")!],
    padTokenId: tokenizer.tokenToId("<pad>")!,
  };
  checkModelConfig(config, "the options of pretrain");
  return config;
}

/** The loop: documents until the batch is full, one update, again. Returns the mean loss of the last tenth. */
async function fit(
  { policy, tokenizer }: Learner,
  corpus: TaskCorpus,
  options: PretrainOptions,
  context: PretrainContext,
): Promise<number> {
  const schedule = cosineSchedule(options.learningRate, options.steps, options.warmup, 0.02);
  const documents = new RandomStream(splitKey(randomKey(options.seed), "documents"));
  const prepare = (): TrainingSequence[] =>
    nextBatch(() => writtenDocument(corpus, options.corpus, documents, tokenizer), policy.config, options.batchTokens);
  const tail: number[] = [];
  let next = prepare();
  for (let step = 0; step < options.steps; step++) {
    context.signal?.throwIfAborted();
    const started = performance.now();
    const batch = next;
    const update = policy.update(batch, crossEntropyLoss, {
      learningRate: schedule(step),
      clipNorm: options.clipNorm,
      temperature: 1,
    });
    // The next batch is written while the workers compute.
    next = prepare();
    const { loss } = await update;
    const tokens = sumOf(batch, (sequence) => sequence.tokens.length);
    if (step >= Math.floor((options.steps - 1) * 0.9)) tail.push(loss);
    context.onProgress?.({
      step: step + 1,
      steps: options.steps,
      loss,
      tokensPerSecond: (tokens * 1000) / (performance.now() - started),
    });
  }
  return mean(tail);
}

/** A document as tokens: what is given, and what the loss is on. */
interface WrittenDocument {
  readonly promptTokens: number[];
  readonly tokens: number[];
}

function writtenDocument(
  corpus: TaskCorpus,
  variant: string,
  random: RandomStream,
  tokenizer: Tokenizer,
): WrittenDocument {
  const { problem, completion, prompt: asked = compactPrompt(problem) } = corpus.document(variant, random);
  const prompt = tokenizer.encode(asked);
  // The first token can't be predicted from anything.
  const given = corpus.lossOnPrompts?.(variant) === true ? 1 : prompt.length;
  return {
    promptTokens: prompt.slice(0, given),
    tokens: [...prompt.slice(given), ...tokenizer.encode(completion)],
  };
}

/** Documents as sequences with their end, every token with a loss weighing the same. */
function nextBatch(next: () => WrittenDocument, config: ModelConfig, batchTokens: number): TrainingSequence[] {
  const pairs: WrittenDocument[] = [];
  for (let tokens = 0; tokens < batchTokens;) {
    const document = next();
    const pair = { ...document, tokens: [...document.tokens, config.eosTokenIds[0]!] };
    if (pair.promptTokens.length + pair.tokens.length > config.maxPositions) continue;
    pairs.push(pair);
    tokens += pair.tokens.length;
  }
  const weights = tokenMean(pairs.map((pair) => pair.tokens.length));
  return pairs.map((pair, i) => ({ ...pair, weight: weights[i]!, advantage: 0 }));
}
