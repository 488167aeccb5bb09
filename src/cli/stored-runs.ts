import { describeRun } from "../dashboard/server/describe-run.ts";
import { withScores } from "../dashboard/server/with-scores.ts";
import { RunError } from "../errors.ts";
import { heldOutRows, type ComparedRun, type HeldOutRow } from "../figures/index.ts";
import type { VerdictKind } from "../records/verdict.ts";
import { completionView } from "./completion-view.ts";
import { listRuns, openRunStore, type RolloutQuery, type StoredRollout } from "../store/index.ts";
import type { ListedRun, ShowFlags, ShownRollout, ShownStep } from "./compositions.ts";

/** The runs of a folder, as the list shows them. */
export function listedRuns(folder: string): ListedRun[] {
  return listRuns(folder).map((run) => ({
    folder: run.folder,
    kind: run.kind,
    step: run.steps,
    status: run.problem === null ? run.state : `unreadable: ${run.problem}`,
    heldOutBefore: run.heldOutBefore,
    heldOut: run.heldOut,
    stepAccuracy: run.stepAccuracy,
    stepLength: run.stepLength,
    updated: run.updated === null ? "" : new Date(run.updated).toISOString().slice(0, 16).replace("T", " "),
  }));
}

/** What runs reached on held-out problems, beside the first. @throws RunError for what can't be read */
export function comparedRows(folders: readonly string[]): HeldOutRow[] {
  return heldOutRows(folders.map(comparedRun));
}

function comparedRun(folder: string): ComparedRun {
  const store = openRunStore(folder, { readOnly: true });
  try {
    const { seed, experiment } = describeRun(folder, folder);
    const evaluations = store.evaluations().map(withScores);
    return { id: folder, experiment, seed, figures: { metrics: [], fit: [], evaluations } };
  } finally {
    store.close();
  }
}

/** The stored rollouts of one step that were asked for. @throws RunError for a step that isn't there */
export function shownStep(runFolder: string, { step, problem, only, limit }: ShowFlags): ShownStep {
  const store = openRunStore(runFolder, { readOnly: true });
  try {
    const last = store.lastStep();
    const chosen = step ?? last;
    if (chosen < 1 || chosen > last)
      throw new RunError(`Expected a step from 1 to ${last} of ${runFolder}, got ${chosen}.`);
    const query: RolloutQuery = {
      step: chosen,
      ...(problem === undefined ? {} : { problemId: problem }),
      ...(only === undefined ? {} : { verdict: only as VerdictKind }),
      limit,
    };
    return {
      run: runFolder,
      step: chosen,
      total: store.countRollouts({ step: chosen }),
      rollouts: [...store.rollouts(query)].map(shownRollout),
    };
  } finally {
    store.close();
  }
}

function shownRollout({ problemId, prompt, rollout, reward, advantage }: StoredRollout): ShownRollout {
  return {
    problem: problemId,
    prompt,
    sample: rollout.sample,
    ...completionView(rollout, reward.verdict),
    reward: reward.total,
    breakdown: reward.breakdown,
    advantage,
  };
}
