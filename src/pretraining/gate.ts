import { mean } from "../numbers/metrics.ts";
import { sum } from "../numbers/sum.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { compactPrompt } from "../prompts/index.ts";
import { RandomStream, type RandomKey } from "../random.ts";
import type { TaskCorpus } from "./task-corpus.ts";
import type { Policy } from "../policy/policy.ts";

/** What one kind of probe showed. */
export interface GateResult {
  readonly kind: string;
  /** Mean probability of the probed tokens. */
  readonly value: number;
  readonly pass: boolean;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly meaning: string;
  readonly probes: number;
}

/** A base model in the making. */
export interface Learner {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
}

/**
 * The gate before RL: how surely a base model writes what its traces need. The training loss does not show it: a model
 * that calls misses hits can't be helped by a reward (shared findings; docs/log.md).
 */
export async function measureGate(
  { policy, tokenizer }: Learner,
  corpus: TaskCorpus,
  key: RandomKey,
  count: number = 1500,
): Promise<GateResult[]> {
  const random = new RandomStream(key);
  const probes = Array.from({ length: count }, () => corpus.probe(random));
  const asked = probes.flatMap((probe, place) => probe.tokens.map((token) => ({ probe, place, token })));
  const sequences = asked.map(({ probe, token }) => ({
    promptTokens: [...tokenizer.encode(compactPrompt(probe.problem)), ...tokenizer.encode(probe.prefix)],
    tokens: tokenizer.encode(token),
    weight: 0,
    advantage: 0,
  }));
  const logprobs = await policy.score("policy", sequences, 1);
  const probabilities = new Float64Array(probes.length);
  asked.forEach(({ place }, i) => (probabilities[place] = probabilities[place]! + Math.exp(sum(logprobs[i]!))));
  return corpus.gate.map((rule) => {
    const values = probes.flatMap((probe, i) => (probe.kind === rule.kind ? [probabilities[i]!] : []));
    const value = mean(values);
    const pass = value >= (rule.atLeast ?? 0) && value <= (rule.atMost ?? 1);
    return { ...rule, value, pass, probes: values.length };
  });
}
