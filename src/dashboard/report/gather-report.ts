import { AhaFinder, type AhaMoment } from "../../emergence/index.ts";
import { diagnoseRun, taskOfRun, type RunStore, type RunTask, type RunWarning, type StateChange, type StoredRollout } from "../../runs/index.ts";
import { summaryOf, type RunSummary } from "../../runs/list-runs.ts";
import type { RunFigures } from "../charts/index.ts";
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
  readonly ahaMoments: number;
  readonly firstMoments: readonly { readonly moment: AhaMoment; readonly stored: StoredRollout }[];
  readonly chosen: readonly ChosenRollout[];
  readonly problem: ProblemThroughTime | null;
}

/** Moments whose completions are shown. */
const SHOWN_MOMENTS = 6;
/** Rollouts that are read before others get their turn: a server goes on answering meanwhile. */
const TURN = 256;

/** Reads a run through once, with little of it in memory. @throws RunError where it is damaged */
export async function gatherReport(name: string, folder: string, store: RunStore): Promise<ReportData> {
  const task = taskOfRun(store.config);
  const lines = store.metrics();
  // Steps of fine-tuning stand in the same table, with other fields.
  const metrics = lines.filter((line) => "accuracy" in line);
  const figures: RunFigures = { metrics, fit: metrics.length === lines.length ? [] : store.fitMetrics(), evaluations: store.evaluations() };
  const finder = new AhaFinder(task?.attempts ?? null);
  const choice = new RolloutChoice();
  const firstMoments: { moment: AhaMoment; stored: StoredRollout }[] = [];
  let rollouts = 0;
  for (const stored of store.rollouts()) {
    choice.add(stored);
    finder.add([stored]);
    if (finder.size > firstMoments.length && firstMoments.length < SHOWN_MOMENTS) firstMoments.push({ moment: finder.moments.at(-1)!, stored });
    if (++rollouts % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    name,
    summary: summaryOf(folder, store),
    config: store.config,
    states: store.states(),
    figures,
    warnings: diagnoseRun(metrics, figures.evaluations, store.states()),
    task,
    rollouts,
    ahaMoments: finder.size,
    firstMoments,
    chosen: choice.chosen(),
    problem: problemThroughTime(store.watched()),
  };
}
