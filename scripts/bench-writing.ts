/**
 * How fast completions are written here, in float32 and in int8: 32 sequences of 128 tokens behind prompts of 48, none
 * shared.
 *
 *   npx tsx scripts/bench-writing.ts MODEL [--rounds 3] [--threads 2] [--tokens 128] [--lora 16] [--kept]
 *
 * The two take turns; best on a quiet machine. Prints JSON as its last line: medians of tokens a second (prompts read
 * and tokens drawn in it) and of the processor's seconds for a thousand tokens, and for each precision the mean gap to
 * what the trainer says. Weights change before every round, as in training, so that rounding and packing them is in
 * it; with --lora an adapter's do, with --kept none. The like of llama.cpp, by the seconds of its column `T s`:
 *
 *   llama-batched-bench -m MODEL.gguf -npp 48 -ntg 128 -npl 32 -c 8192 -t 2
 *
 * A process of its own: one that was started here can't compute with AMX once the engine has asked for it.
 */
import { parseArgs } from "node:util";
import { loadCheckpoint } from "../src/formats/checkpoint.ts";
import { initialAdapter } from "../src/model/lora.ts";
import { LORA_TARGETS } from "../src/model/lora-targets.ts";
import { median } from "../src/numbers/metrics.ts";
import { collectGroups } from "../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../src/policy/local/local-policy.ts";
import type { RolloutPrecision } from "../src/policy/sampling/rollout-precision.ts";
import { randomKey, splitKey } from "../src/random.ts";
import type { Completion } from "../src/records/rollout.ts";

const SEQUENCES = 32;
const PROMPT = 48;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    tokens: { type: "string", default: "128" },
    lora: { type: "string", default: "0" },
    kept: { type: "boolean", default: false },
  },
});
const [path] = positionals;
if (path === undefined) throw new Error("Expected a model: npx tsx scripts/bench-writing.ts MODEL [options]");
const [rounds, threads, newTokens, rank] = [values.rounds, values.threads, values.tokens, values.lora].map(Number) as [
  number,
  number,
  number,
  number,
];

interface Turn {
  readonly tokensPerSecond: number;
  /** Of the processor, for a thousand tokens. */
  readonly cpuSeconds: number;
}

const model = await loadCheckpoint(path);
// Without an end token every sequence has its whole length, as in llama-batched-bench.
const config = { ...model.config, eosTokenIds: [] };
const lora = { rank, alpha: 2 * rank, targets: LORA_TARGETS };
const policy = await startLocalPolicy(
  { ...model, config, ...(rank === 0 ? {} : { adapter: initialAdapter(config, lora, "", randomKey(1)) }) },
  { workers: threads, tokenBudget: 1024, positions: PROMPT + newTokens },
);
const prompts = Array.from({ length: SEQUENCES }, (_, i) =>
  Array.from({ length: PROMPT }, (_token, t) => 100 + ((i * 53 + t * 11) % 2000)),
);
const { parameters } = await policy.state();
/** What was written last in each precision. */
const last = new Map<RolloutPrecision, readonly Completion[]>();

async function ours(precision: RolloutPrecision, round: number): Promise<Turn> {
  // Whatever was made of the weights is made anew.
  if (!values.kept) await policy.restore({ parameters });
  const requests = prompts.map((prompt, i) => ({ prompt, keys: [splitKey(randomKey(round), i)] }));
  const drawing = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: newTokens, slots: SEQUENCES };
  const [began, before] = [performance.now(), process.cpuUsage()];
  const groups = await collectGroups(policy.sample(requests, { ...drawing, precision }));
  const turn = turnOf(performance.now() - began, process.cpuUsage(before));
  last.set(
    precision,
    groups.map(([completion]) => completion!),
  );
  return turn;
}

/** Of the log-probabilities that were recorded, to those in float32. */
async function meanGap(completions: readonly Completion[]): Promise<number> {
  const sequences = completions.map(({ tokens, logprobs }, i) => ({
    promptTokens: prompts[i]!,
    tokens: [...tokens],
    weight: 1,
    advantage: 0,
    oldLogprobs: [...logprobs],
  }));
  const scores = await policy.score("policy", sequences, 1);
  const gaps = sequences.flatMap(({ oldLogprobs }, i) => oldLogprobs.map((one, t) => Math.abs(one - scores[i]![t]!)));
  return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
}

function turnOf(milliseconds: number, { user, system }: NodeJS.CpuUsage): Turn {
  const written = SEQUENCES * newTokens;
  return { tokensPerSecond: (written * 1000) / milliseconds, cpuSeconds: (user + system) / 1e3 / written };
}

const rates = new Map<string, number[]>();
const cpu = new Map<string, number[]>();
const gaps: Record<string, number> = {};
function note(of: Map<string, number[]>, name: string, value: number): void {
  of.set(name, [...(of.get(name) ?? []), value]);
}

try {
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const precision of ["float32", "int8"] as const) {
      const { tokensPerSecond, cpuSeconds } = await ours(precision, round);
      if (round === 0) continue;
      note(rates, precision, tokensPerSecond);
      note(cpu, precision, cpuSeconds);
    }
  }
  // Afterwards: what scores takes the memory of what writes.
  for (const [precision, completions] of last) gaps[precision] = await meanGap(completions);
} finally {
  await policy.stop();
}
const tokensPerSecond = Object.fromEntries([...rates].map(([name, all]) => [name, median(all)]));
const cpuSeconds = Object.fromEntries([...cpu].map(([name, all]) => [name, median(all)]));
process.stdout.write(`${JSON.stringify({ rank, threads, newTokens, rounds, tokensPerSecond, cpuSeconds, gaps })}\n`);
