/**
 * How fast completions are written here, in float32 and in int8, beside llama.cpp on the same processor: 32 sequences
 * of 128 tokens behind prompts of 48.
 *
 *   npx tsx scripts/bench-writing.ts MODEL [--rounds 3] [--threads 2] [--tokens 128] [--lora 16]
 *     [--llama LLAMA-BATCHED-BENCH --gguf MODEL.bf16.gguf,MODEL.Q4_0.gguf]
 *
 * All take turns; best on a quiet machine. Prints JSON as its last line: medians of tokens a second and of the
 * processor's seconds for a thousand tokens, and for each precision the mean gap to what the trainer says. All weights
 * change before every round, as in training, so that rounding and packing them is in ours; with --lora an adapter's
 * do. llama.cpp's rate is that of the whole (prompts read, and tokens written, which it doesn't draw).
 */
import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { loadCheckpoint } from "../src/formats/checkpoint.ts";
import { initialAdapter } from "../src/model/lora.ts";
import { LORA_TARGETS } from "../src/model/lora-targets.ts";
import { median } from "../src/numbers/metrics.ts";
import { collectGroups } from "../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../src/policy/local/local-policy.ts";
import type { RolloutPrecision } from "../src/policy/sampling/rollout-precision.ts";
import { randomKey, splitKey } from "../src/random.ts";

const SEQUENCES = 32;
const PROMPT = 48;
/** The column of llama-batched-bench's table that has all seconds. */
const LLAMA_SECONDS = 9;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    tokens: { type: "string", default: "128" },
    lora: { type: "string", default: "0" },
    llama: { type: "string" },
    gguf: { type: "string", default: "" },
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

async function ours(precision: RolloutPrecision, round: number): Promise<Turn & { readonly gap: number }> {
  // Whatever was made of the weights is made anew.
  await policy.restore({ parameters });
  const requests = prompts.map((prompt, i) => ({ prompt, keys: [splitKey(randomKey(round), i)] }));
  const drawing = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: newTokens, slots: SEQUENCES };
  const [began, before] = [performance.now(), process.cpuUsage()];
  const groups = await collectGroups(policy.sample(requests, { ...drawing, precision }));
  const turn = turnOf(performance.now() - began, process.cpuUsage(before));
  return { ...turn, gap: round === 0 ? await meanGap(groups.map(([completion]) => completion!)) : 0 };
}

/** Of the log-probabilities that were recorded, to those in float32. */
async function meanGap(completions: readonly { tokens: readonly number[]; logprobs: readonly number[] }[]) {
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

/** `S t/s` of llama-batched-bench counts the prompts' tokens too: its `T s` is what writing took. */
function llama(command: string, gguf: string): number {
  const size = ["-npp", String(PROMPT), "-ntg", String(newTokens), "-npl", String(SEQUENCES), "-c", "8192"];
  const { stdout, status } = spawnSync(command, ["-m", gguf, ...size, "-t", String(threads)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const row = stdout.split("\n").find((line) => /^\| +[0-9]/.test(line));
  const seconds = Number(row?.split("|")[LLAMA_SECONDS]);
  if (status !== 0 || !(seconds > 0)) throw new Error(`Expected ${command} to end well, got exit code ${status}.`);
  return (SEQUENCES * newTokens) / seconds;
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
      const { tokensPerSecond, cpuSeconds, gap } = await ours(precision, round);
      if (round === 0) gaps[precision] = gap;
      else {
        note(rates, precision, tokensPerSecond);
        note(cpu, precision, cpuSeconds);
      }
    }
    if (values.llama === undefined || round === 0) continue;
    for (const gguf of values.gguf.split(",")) note(rates, basename(gguf), llama(values.llama, gguf));
  }
} finally {
  await policy.stop();
}
const tokensPerSecond = Object.fromEntries([...rates].map(([name, all]) => [name, median(all)]));
const cpuSeconds = Object.fromEntries([...cpu].map(([name, all]) => [name, median(all)]));
process.stdout.write(`${JSON.stringify({ rank, threads, newTokens, rounds, tokensPerSecond, cpuSeconds, gaps })}\n`);
