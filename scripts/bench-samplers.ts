/**
 * How much faster two samplers write than one, each pinned to a core of its own; best on a quiet machine with two
 * cores, redis-server and taskset:
 *
 *   npm run build && npx tsx scripts/bench-samplers.ts [--repeats 5] [--problems 32] [--per-job 4]
 *
 * One and two take turns, so that both have the same machine: the second one is stopped for the turns of one. Prints
 * JSON as its last line: the median seconds of a step's rollouts, their ratio, and the bytes that went through Redis.
 * On a machine that isn't quiet the ratio says nothing; `cpuRatio` then tells more: processor seconds of the one
 * sampler by those of the busier of two. The learner only waits meanwhile; what that costs is in `learnerCpuSeconds`.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { redisAddress } from "../src/host/redis/redis-address.ts";
import { loadCheckpoint } from "../src/formats/checkpoint.ts";
import { shippedModel } from "../src/formats/shipped-model.ts";
import { collectGroups } from "../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../src/policy/local/local-policy.ts";
import { ownKind } from "../src/policy/samplers/own-kind.ts";
import { sampleElsewhere } from "../src/policy/samplers/sampled-elsewhere.ts";
import { compactPrompt } from "../src/prompts/index.ts";
import { randomKey, splitKey } from "../src/random.ts";
import { findTask } from "../src/tasks/index.ts";
import { ownRedis } from "../test/judging/redis-server.ts";
import { startSampler, type OwnSampler } from "../test/run/sampler-runs.ts";
import { median } from "../src/numbers/metrics.ts";

const { values } = parseArgs({
  options: {
    repeats: { type: "string", default: "5" },
    problems: { type: "string", default: "32" },
    "per-job": { type: "string", default: "4" },
  },
});
const [repeats, count, problemsPerJob] = [values.repeats, values.problems, values["per-job"]].map(Number) as [
  number,
  number,
  number,
];
const GROUP = 8;
const POSITIONS = 512;
const WARM = 6;

const model = await loadCheckpoint(shippedModel("countdown-base"));
const problems = findTask("countdown").problems("train").slice(0, count);
const redis = await ownRedis();
const local = await startLocalPolicy(model, { workers: 1, requestsPerJob: problemsPerJob, positions: POSITIONS });
const policy = await sampleElsewhere(local, {
  address: redisAddress(redis.url),
  run: "bench",
  card: { positions: POSITIONS, threads: 1 },
  problemsPerJob,
  kind: await ownKind(),
  patience: 1,
  onNote: (text) => void process.stderr.write(`${text}\n`),
});

const pinned = (core: number): OwnSampler => startSampler(redis.url, ["taskset", "-c", String(core)]);

/** Processor seconds of a sampler so far; the system counts hundredths. */
function cpuSeconds({ child }: OwnSampler): number {
  const [user, system] = readFileSync(`/proc/${child.pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/** Processor seconds of the busiest sampler for what is done meanwhile. */
async function busiest(work: () => Promise<void>): Promise<number> {
  const before = samplers.map(cpuSeconds);
  await work();
  return Math.max(...samplers.map((sampler, i) => cpuSeconds(sampler) - before[i]!));
}

/** Seconds of a step's rollouts. */
async function step(number: number): Promise<{ readonly seconds: number; readonly cpu: number }> {
  const requests = problems.map(({ id }, i) => ({
    prompt: model.tokenizer.encode(compactPrompt(problems[i]!)),
    keys: Array.from({ length: GROUP }, (_, sample) => splitKey(randomKey(number), id, sample)),
  }));
  const drawing = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 256 };
  const before = process.cpuUsage();
  const began = performance.now();
  await collectGroups(policy.sample(requests, drawing));
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
}

const samplers = [pinned(0), pinned(1)];
const seconds: Record<"one" | "two", number[]> = { one: [], two: [] };
const busy: Record<"one" | "two", number[]> = { one: [], two: [] };
const cpu: number[] = [];
try {
  // Both load the weights, and their code is compiled.
  for (let i = 0; i < WARM; i++) await step(i);
  if (policy.takeReport().samplers < 2) throw new Error("Expected two samplers to have taken part, got one.");
  for (let round = 0; round < repeats; round++) {
    for (const many of ["one", "two"] as const) {
      // The second one sleeps between two steps, with nothing in its hands.
      samplers[1]!.signal(many === "one" ? "SIGSTOP" : "SIGCONT");
      busy[many].push(
        await busiest(async () => {
          // The same draws by one and by two.
          const made = await step(WARM + round);
          seconds[many].push(made.seconds);
          cpu.push(made.cpu);
        }),
      );
    }
    process.stderr.write(
      `round ${round + 1}: one ${seconds.one.at(-1)!.toFixed(2)} s, two ${seconds.two.at(-1)!.toFixed(2)} s\n`,
    );
  }
  policy.takeReport();
  await step(1);
  const { bytesIn, bytesOut, jobs } = policy.takeReport();
  const [one, two] = [median(seconds.one), median(seconds.two)];
  process.stdout.write(`one sampler ${one.toFixed(3)} s, two ${two.toFixed(3)} s: ${(one / two).toFixed(2)} times\n`);
  const shape = { problems: count, groupSize: GROUP, problemsPerJob, repeats };
  const cpuRatio = median(busy.one) / median(busy.two);
  const bytes = { jobs, bytesIn, bytesOut };
  const processor = { cpuRatio, samplerCpuSeconds: median(busy.one), learnerCpuSeconds: median(cpu) };
  const result = { ...shape, ...bytes, one, two, ratio: one / two, ...processor };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  for (const sampler of samplers) await sampler.end();
  await policy.stop();
  await redis.remove();
}
