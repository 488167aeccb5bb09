import { BusyShare, nothingUnderWay, type Checks, type TellJudged } from "../algorithms/ahead/checks.ts";
import type { Judge } from "../judging/judge.ts";
import { RandomStream, splitKey, type RandomKey } from "../random.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";

/** How long things take where checks are simulated: everything in seconds. */
export interface SimulatedTimes {
  /** Of a check: lognormal with this mean and deviation of the logarithm. */
  readonly mean: number;
  readonly sigma: number;
  /** Share of the checks that hang, and how many times as long they take. */
  readonly hangShare: number;
  readonly hangFactor: number;
  /** A check that takes longer is cut, and its answer can't be verified. */
  readonly deadline: number;
  readonly atOnce: number;
  /** Checks compute on the learner's cores: while it works, they stand still. */
  readonly onLearner: boolean;
  /** Of the learner, by token. */
  readonly sampling: number;
  readonly update: number;
}

/** Checks that wait, as sandboxes elsewhere do; 64 at once. The learner's times were measured on two cores. */
export const WAITING_CHECKS: SimulatedTimes = {
  mean: 3,
  sigma: 0.8,
  hangShare: 0.02,
  hangFactor: 10,
  deadline: 30,
  atOnce: 64,
  onLearner: false,
  sampling: 45e-6,
  update: 16e-6,
};

/** Checks that compute, on the two cores that the learner has too. */
export const COMPUTING_CHECKS: SimulatedTimes = {
  ...WAITING_CHECKS,
  mean: 0.05,
  hangShare: 0,
  atOnce: 2,
  onLearner: true,
};

/** A batch as it was written: when, and how many of its answers were right. */
export interface BatchLog {
  readonly time: number;
  readonly accuracy: number;
}

export interface SimulatedChecks extends Checks {
  /** Of the batches that were written whole, in their order. */
  batches(): Promise<readonly BatchLog[]>;
}

interface Group {
  readonly judged: Promise<readonly JudgedRollout[]>;
  readonly tell: TellJudged;
  readonly late: Set<number>;
  left: number;
  given: boolean;
}

interface SimulatedCheck {
  readonly group: Group;
  readonly sample: number;
  readonly seconds: number;
  readonly late: boolean;
}

/**
 * Checks on a simulated clock: verdicts are the judge's, and when they come is drawn, the same for the same check
 * whatever else happens. Time passes while the learner works and while it waits.
 *
 * @param batchSize groups of a batch
 */
export function simulatedChecks(
  judge: Judge,
  times: SimulatedTimes,
  key: RandomKey,
  batchSize: number,
): SimulatedChecks {
  const queue: SimulatedCheck[] = [];
  const running: (SimulatedCheck & { readonly at: number })[] = [];
  const written: { readonly time: number; readonly judged: Group["judged"] }[] = [];
  let time = 0;
  const share = new BusyShare(times.atOnce, () => time);

  const start = (): void => {
    while (running.length < times.atOnce && queue.length > 0) {
      const check = queue.shift()!;
      if (check.group.given) continue;
      running.push({ ...check, at: time + check.seconds });
      share.add(1);
    }
  };
  const end = async (check: SimulatedCheck & { readonly at: number }): Promise<void> => {
    running.splice(running.indexOf(check), 1);
    share.add(-1);
    const { group, sample, late } = check;
    if (late) group.late.add(sample);
    if (--group.left > 0 || group.given) return;
    const judged = await group.judged;
    await group.tell(judged.map((rollout, i) => (group.late.has(i) ? cutOff(rollout, judge, times) : rollout)));
  };
  /** Lets checks end up to a moment. */
  const until = async (moment: number): Promise<void> => {
    for (;;) {
      start();
      const first = earliest(running);
      if (first === undefined || first.at > moment) break;
      time = Math.max(time, first.at);
      await end(first);
    }
    time = Math.max(time, moment);
  };
  /** They stand still: each ends so much later. */
  const standStill = (seconds: number): void => {
    for (const [i, check] of running.entries()) running[i] = { ...check, at: check.at + seconds };
    time += seconds;
  };
  return {
    begin(rollouts, tell) {
      const judged = judge.judge(rollouts);
      const group: Group = { judged, tell, late: new Set(), left: rollouts.length, given: false };
      const place = splitKey(key, "check", written.length);
      written.push({ time, judged });
      for (const [sample] of rollouts.entries())
        queue.push({ group, sample, ...duration(times, splitKey(place, sample)) });
      return {
        cancel() {
          group.given = true;
          for (const check of running.filter((one) => one.group === group)) {
            running.splice(running.indexOf(check), 1);
            share.add(-1);
          }
        },
      };
    },
    async wait() {
      start();
      const first = earliest(running);
      if (first === undefined) throw nothingUnderWay();
      await until(first.at);
    },
    now: () => time,
    async spent(work, tokens) {
      const seconds = tokens * times[work];
      if (times.onLearner) standStill(seconds);
      else await until(time + seconds);
    },
    busyShare: () => share.take(),
    stop: () => undefined,
    async batches() {
      const logs: BatchLog[] = [];
      for (let from = 0; from + batchSize <= written.length; from += batchSize) {
        const groups = await Promise.all(written.slice(from, from + batchSize).map(({ judged }) => judged));
        const scores = groups.flat().flatMap(({ verdict }) => verdictScore(verdict) ?? []);
        const accuracy = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
        logs.push({ time: written[from]!.time, accuracy });
      }
      return logs;
    },
  };
}

function earliest<C extends { readonly at: number }>(checks: readonly C[]): C | undefined {
  return checks.reduce<C | undefined>((a, b) => (a === undefined || b.at < a.at ? b : a), undefined);
}

function duration(times: SimulatedTimes, key: RandomKey): Pick<SimulatedCheck, "seconds" | "late"> {
  const { mean, sigma, hangShare, hangFactor, deadline } = times;
  const stream = new RandomStream(key);
  const plain = Math.exp(Math.log(mean) - sigma ** 2 / 2 + sigma * stream.normal());
  const seconds = stream.next() < hangShare ? plain * hangFactor : plain;
  return { seconds: Math.min(seconds, deadline), late: seconds > deadline };
}

function cutOff(rollout: JudgedRollout, { task }: Judge, { deadline }: SimulatedTimes): JudgedRollout {
  const reason = `the verifier of ${task.name} did not end within ${deadline} s`;
  return { ...rollout, verdict: { kind: "unverifiable", reason } };
}
