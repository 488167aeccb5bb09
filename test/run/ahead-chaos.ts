import { join } from "node:path";
import { openQueueView } from "../../src/judging/queue/queue-view.ts";
import { randomKey, RandomStream } from "../../src/random.ts";
import { openRunStore } from "../../src/store/index.ts";
import { aheadOutcome, aheadRun, killedWithEvaluators, slowTask, type Kills } from "./ahead-runs.ts";
import { aha, newFolder } from "./cli-run.ts";

export interface AheadChaos {
  readonly kills: number;
  readonly seed: number;
  readonly steps: number;
}

export interface AheadChaosResult extends Kills {
  readonly credited: number;
  readonly creditedTwice: number;
  /** Whether a run that nobody disturbed, after the same schedule, came to the same bytes. */
  readonly same: boolean;
  readonly outcome: ReturnType<typeof aheadOutcome>;
  readonly queue: { readonly done: number; readonly failed: number };
  readonly seconds: number;
}

/** An asynchronous run of which the trainer or an evaluator is killed at random moments, and gone on with. */
export async function runAheadChaos({ kills, seed, steps }: AheadChaos): Promise<AheadChaosResult> {
  const began = performance.now();
  const task = slowTask();
  const folder = join(newFolder(), "run");
  const random = new RandomStream(randomKey(seed));
  const waits = Array.from({ length: kills }, () => 200 + 1500 * random.next());
  const more = ["--steps", String(steps), "--evaluators", "2"];
  const counts = await killedWithEvaluators(folder, aheadRun(folder, task, ...more), { waits, random });
  const store = openRunStore(folder, { readOnly: true });
  const credit = [...store.schedule.credit()];
  store.close();
  const view = openQueueView(folder);
  const { done, failed } = view.counts();
  view.close();
  const again = join(newFolder(), "run");
  const replay = aha(...aheadRun(again, task, ...more, "--schedule", folder));
  if (replay.code !== 0) throw new Error(replay.stderr);
  const [outcome, other] = [aheadOutcome(folder), aheadOutcome(again)];
  return {
    ...counts,
    credited: credit.length,
    creditedTwice:
      credit.length - new Set(credit.map(({ batch, place, sample }) => `${batch} ${place} ${sample}`)).size,
    same: JSON.stringify(outcome) === JSON.stringify(other),
    outcome,
    queue: { done, failed },
    seconds: (performance.now() - began) / 1000,
  };
}
