import { AhaFinder, type AhaMoment } from "../../emergence/index.ts";
import {
  diagnoseRun,
  runTaskOf,
  type RunStore,
  type RunTask,
  type RunWarning,
  type StateChange,
  type StoredRollout,
} from "../../store/index.ts";
import { summaryOf, type RunSummary } from "../../store/run-summary.ts";
import type { RunFigures } from "../../figures/index.ts";
import { RolloutChoice, type ChosenRollout } from "./rollout-choice.ts";
import { problemThroughTime, type ProblemThroughTime } from "./problem-through-time.ts";

/** What a report is made of. */
export interface ReportData {
  readonly name: string;
  readonly summary: RunSummary;
  readonly config: Readonly<Record<string, unknown>>;
  readonly states: readonly StateChange[];
  readonly figures: RunFigures;
  readonly warnings: readonly RunWarning[];
  /** Null where it is a user's own, whose code isn't run here. */
  readonly task: RunTask | null;
  readonly rollouts: number;
  /** On problems that were trained on, and on those that evaluations follow. */
  readonly ahaMoments: number;
  readonly firstMoments: readonly MomentWithRollout[];
  readonly chosen: readonly ChosenRollout[];
  readonly problem: ProblemThroughTime | null;
}

interface MomentWithRollout {
  readonly moment: AhaMoment;
  readonly stored: StoredRollout;
}

/** Moments whose completions are shown. */
const SHOWN_MOMENTS = 6;
/** Rollouts that are read before others get their turn: a server goes on answering meanwhile. */
const TURN = 256;

/** Reads a run through once, with little of it in memory. @throws RunError where it is damaged */
export async function gatherReport(name: string, folder: string, store: RunStore): Promise<ReportData> {
  const task = runTaskOf(store.config);
  const lines = store.metrics();
  // Steps of fine-tuning stand in the same table, with other fields.
  const metrics = lines.filter((line) => "accuracy" in line);
  const figures: RunFigures = {
    metrics,
    fit: metrics.length === lines.length ? [] : store.fitMetrics(),
    evaluations: store.evaluations(),
  };
  const choice = new RolloutChoice();
  const trained = new MomentWatch(task?.attempts ?? null);
  let rollouts = 0;
  for (const stored of store.rollouts()) {
    choice.add(stored);
    trained.add(stored);
    if (++rollouts % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const watched = new MomentWatch(task?.attempts ?? null);
  for (const stored of store.watched()) watched.add(stored);
  return {
    name,
    summary: summaryOf(folder, store),
    config: store.config,
    states: store.states(),
    figures,
    warnings: diagnoseRun(metrics, figures.evaluations, store.states()),
    task,
    rollouts,
    ahaMoments: trained.size + watched.size,
    firstMoments: [...trained.first, ...watched.first]
      .sort((a, b) => a.moment.step - b.moment.step)
      .slice(0, SHOWN_MOMENTS),
    chosen: choice.chosen(),
    problem: problemThroughTime(store.watched()),
  };
}

/** Finds aha moments and keeps the completions of the first of them. */
class MomentWatch {
  readonly first: MomentWithRollout[] = [];
  private readonly finder: AhaFinder;

  constructor(attempts: ConstructorParameters<typeof AhaFinder>[0]) {
    this.finder = new AhaFinder(attempts);
  }

  get size(): number {
    return this.finder.size;
  }

  add(stored: StoredRollout): void {
    this.finder.add([stored]);
    if (this.first.length < SHOWN_MOMENTS && this.finder.size > this.first.length)
      this.first.push({ moment: this.finder.moments.at(-1)!, stored });
  }
}
