/**
 * What it would save to gather the tail of a rollout in one of two workers, while the other begins the gradients of
 * complete groups: a simulation over the lengths that a run wrote, where nothing but time passes.
 *
 *   npx tsx scripts/gathered-tail.ts RUN [--step 0.75] [--token 0.0035] [--update 660] [--from 20] [--micro-batch 0]
 *
 * A step of a worker takes `--step` ms and `--token` ms for each sequence, a step's gradients `--update` ms of one
 * worker in all, by tokens of the groups that have signal. Each worker hands over at its first step with at most so
 * many sequences, and gradients begin with so many tokens of complete groups as `--micro-batch` says; what is left then
 * is dealt to both as if it could be cut anywhere: at most this can be saved.
 */
import { parseArgs } from "node:util";
import { mean } from "../src/numbers/metrics.ts";
import { openRunStore } from "../src/store/open-run.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    step: { type: "string", default: "0.75" },
    token: { type: "string", default: "0.0035" },
    update: { type: "string", default: "660" },
    from: { type: "string", default: "20" },
    "micro-batch": { type: "string", default: "0" },
  },
});
const microBatch = Number(values["micro-batch"]);
const [perStep, perToken, update] = [Number(values.step), Number(values.token), Number(values.update)];

/** A problem's completions. */
interface Group {
  readonly worker: number;
  readonly lengths: number[];
  hasSignal: boolean;
}

function groupsOf(folder: string): Map<number, Group[]> {
  const store = openRunStore(folder, { readOnly: true });
  const steps = new Map<number, Group[]>();
  for (const { step, problemIndex = 0, rollout, advantage } of store.rollouts()) {
    const groups = steps.get(step) ?? [];
    steps.set(step, groups);
    const group = (groups[problemIndex] ??= { worker: problemIndex % 2, lengths: [], hasSignal: false });
    group.lengths.push(rollout.tokens.length);
    group.hasSignal ||= advantage !== null && advantage !== 0;
  }
  store.close();
  return steps;
}

const left = (lengths: readonly number[], at: number): number => lengths.filter((length) => length > at).length;

/** The time until each step from one to another, of one worker that writes these. */
function timesOf(lengths: readonly number[], from: number, to: number): number[] {
  const times = [0];
  for (let at = from; at < to; at++) times.push(times.at(-1)! + perStep + perToken * left(lengths, at));
  return times;
}

/** Milliseconds of a step as it is and with a tail of `most` sequences, and the share of groups then complete. */
function simulated(groups: readonly Group[], most: number): { now: number; gathered: number; complete: number } {
  const workers = [0, 1].map((worker) => {
    const lengths = groups.filter((group) => group.worker === worker).flatMap((group) => group.lengths);
    const longest = Math.max(...lengths);
    let handing = 0;
    while (left(lengths, handing) > most) handing++;
    const rest = lengths.filter((length) => length > handing).map((length) => length - handing);
    return {
      handing,
      rest,
      whole: timesOf(lengths, 0, longest).at(-1)!,
      handed: timesOf(lengths, 0, handing).at(-1)!,
    };
  });
  const now = Math.max(...workers.map(({ whole }) => whole)) + update / 2;
  const tail = workers.flatMap(({ rest }) => rest);
  const start = Math.max(...workers.map(({ handed }) => handed));
  const times = timesOf(tail, 0, Math.max(0, ...tail)).map((time) => start + time);
  const end = times.at(-1)!;
  const tokens = (group: Group): number => group.lengths.reduce((sum, length) => sum + length, 0);
  const signal = groups.filter(({ hasSignal }) => hasSignal);
  const all = signal.reduce((sum, group) => sum + tokens(group), 0);
  const readyAt = (group: Group): number =>
    times[Math.max(0, Math.max(...group.lengths) - workers[group.worker]!.handing)]!;
  let [free, begun, ready] = [start, 0, 0];
  for (const group of signal.toSorted((a, b) => readyAt(a) - readyAt(b))) {
    ready += tokens(group);
    if (ready < microBatch) continue;
    const begin = Math.max(free, readyAt(group));
    if (begin >= end) break;
    const takes = (update * ready) / all;
    free = begin + takes;
    begun += takes;
    ready = 0;
  }
  const gathered = Math.max(free, end, (end + free + update - begun) / 2);
  const complete = groups.filter((group) => Math.max(...group.lengths) <= workers[group.worker]!.handing).length;
  return { now, gathered, complete: complete / groups.length };
}

const steps = [...groupsOf(positionals[0]!)].filter(([step]) => step >= Number(values.from));
console.log(["handed over", "now, ms", "gathered, ms", "saved", "groups complete then"].join("\t"));
for (const most of [16, 32, 48, 64, 96]) {
  const results = steps.map(([, groups]) => simulated(groups, most));
  const [now, gathered] = [mean(results.map((each) => each.now)), mean(results.map((each) => each.gathered))];
  const complete = mean(results.map((each) => each.complete));
  const cells = [most, now.toFixed(0), gathered.toFixed(0), `${(100 * (1 - gathered / now)).toFixed(1)} %`];
  console.log([...cells, `${(100 * complete).toFixed(0)} %`].join("\t"));
}
