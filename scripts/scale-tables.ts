/**
 * What a step costs with samplers on other machines, by simulation: docs/scale.md has its tables, and
 * `npx tsx scripts/simulate-scale.ts` writes them. Everything that is assumed stands here.
 */
import { RandomStream, randomKey, splitKey } from "../src/random.ts";

/** A model with what a step of 32 problems x 8 completions takes on one host of two cores. */
interface SimulatedModel {
  readonly name: string;
  /** That change from step to step. */
  readonly weightBytes: number;
  /** That each sampler fetches once: the base under an adapter. */
  readonly baseBytes: number;
  /** Seconds of writing, and of learning. */
  readonly rollout: number;
  readonly update: number;
}

const [MB, GB] = [1e6, 1e9];
/** Measured: SmolLM2-135M under LoRA 16 (8 x 8 completions of 40 tokens: 6.8 s and 7.6 s), four times the work. */
const [ROLLOUT_135M, UPDATE_135M] = [4 * 6.8, 4 * 7.6];

/** A model of so many times 135 M weights under an adapter: times and bytes in proportion, so calculated. */
function larger(name: string, times: number): SimulatedModel {
  return {
    name,
    // An adapter grows with the width and the layers, the model with the width's square.
    weightBytes: 20 * MB * times ** (2 / 3),
    baseBytes: 538 * MB * times,
    rollout: ROLLOUT_135M * times,
    update: UPDATE_135M * times,
  };
}

const SIMULATED_MODELS: readonly SimulatedModel[] = [
  // Measured: the mean step of the default run.
  { name: "0.4 M, all weights", weightBytes: 1.42 * MB, baseBytes: 0, rollout: 0.37, update: 0.22 },
  larger("135 M, adapter", 1),
  { ...larger("135 M, all weights", 1), weightBytes: 538 * MB, baseBytes: 0, update: 4 * 13.1 },
  larger("1.5 B, adapter", 11),
  larger("7 B, adapter", 52),
  { ...larger("7 B, all weights", 52), weightBytes: 28 * GB, baseBytes: 0, update: 52 * 4 * 13.1 },
];

const SAMPLERS = [1, 10, 100, 1000] as const;
/** Of Redis' host, in bytes a second: 10 Gb/s. */
const BANDWIDTH = 1.25 * GB;
/** Bytes a second of SHA-256 on one core. */
const HASHING = 1.2 * GB;
/** Processor seconds of the learner for a job (BullMQ, pipelined: measured). */
const MESSAGE = 0.0006;
/** Bytes of a job, of one of its problems and of a completion back (measured). */
const [JOB_BYTES, PROBLEM_BYTES, COMPLETION_BYTES] = [430, 212, 372];
const GROUP = 8;
const USUAL_PROBLEMS = 32;
/** Of jobs' times: some problems are longer than others, some machines slower. */
const DEVIATION = 0.25;

interface SimulatedStep {
  /** Problems of a step, and of a job. */
  readonly problems: number;
  readonly perJob: number;
  readonly samplers: number;
}

interface SimulatedCost {
  /** From the first job to the last result. */
  readonly rollout: number;
  readonly update: number;
  /** Through Redis, both ways. */
  readonly bytes: number;
}

/**
 * One step: the learner hashes and sends its weights, every sampler that finds a job fetches them (all at once, so they
 * share the wire), then takes jobs as long as there are any; the learner takes results one after the other.
 */
function simulateStep(model: SimulatedModel, { problems, perJob, samplers }: SimulatedStep): SimulatedCost {
  const jobs = Math.ceil(problems / perJob);
  const busy = Math.min(samplers, jobs);
  const random = new RandomStream(splitKey(randomKey(1), model.name, problems));
  const share = problems / USUAL_PROBLEMS;
  const perJobSeconds = (model.rollout * share) / jobs;
  const sent = model.weightBytes / HASHING + model.weightBytes / BANDWIDTH + jobs * MESSAGE;
  const fetched = sent + (busy * model.weightBytes) / BANDWIDTH + model.weightBytes / HASHING;
  const free = Array.from({ length: busy }, () => fetched);
  const ends: number[] = [];
  for (let job = 0; job < jobs; job++) {
    const first = free.indexOf(Math.min(...free));
    free[first] = free[first]! + perJobSeconds * Math.max(0.2, 1 + DEVIATION * random.normal());
    ends.push(free[first]!);
  }
  let taken = 0;
  for (const end of ends.sort((a, b) => a - b)) taken = Math.max(taken, end) + MESSAGE;
  const messages = jobs * JOB_BYTES + problems * (PROBLEM_BYTES + GROUP * COMPLETION_BYTES);
  return {
    rollout: taken,
    update: model.update * share,
    bytes: (1 + busy) * model.weightBytes + 2 * messages,
  };
}

/** The tables of docs/scale.md, as Markdown. */
export function scaleTables(): string {
  return [
    "A step of 32 problems x 8, 4 problems a job (the defaults: 8 jobs):",
    table({ problems: 32, perJob: 4 }),
    "A step of 1,024 problems x 8, one problem a job (1,024 jobs, 32 times the work):",
    table({ problems: 1024, perJob: 1 }),
  ].join("\n\n");
}

function table(shape: Pick<SimulatedStep, "problems" | "perJob">): string {
  const header = ["model", "update alone", ...SAMPLERS.map((count) => `${count.toLocaleString("en")}`), "fetched once"];
  const rows = SIMULATED_MODELS.map((model) => {
    const alone = simulateStep(model, { ...shape, samplers: 1 });
    const cells = SAMPLERS.map((samplers) => {
      const { rollout, update, bytes } = simulateStep(model, { ...shape, samplers });
      const speed = (alone.rollout + alone.update) / (rollout + update);
      const ahead = (alone.rollout + alone.update) / Math.max(rollout, update);
      return `${seconds(rollout + update)}, ${size(bytes)} (${speed.toFixed(1)} x; ${ahead.toFixed(1)} x)`;
    });
    const once = model.baseBytes === 0 ? "-" : size(model.baseBytes);
    return [model.name, seconds(alone.update), ...cells, once];
  });
  return [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function seconds(value: number): string {
  if (value >= 7200) return `${(value / 3600).toFixed(1)} h`;
  return value >= 100 ? `${Math.round(value)} s` : `${value.toFixed(1)} s`;
}

function size(bytes: number): string {
  if (bytes >= GB) return `${(bytes / GB).toFixed(bytes >= 10 * GB ? 0 : 1)} GB`;
  return bytes >= 10 * MB ? `${Math.round(bytes / MB)} MB` : `${(bytes / MB).toFixed(1)} MB`;
}
