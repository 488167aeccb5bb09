import { integerOption } from "../errors.ts";
import { parseCompletion } from "../prompts/parse-completion.ts";
import type { Rollout, StoredRollout } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import type { AhaMoment } from "../records/aha-moment.ts";
import type { AttemptFinder } from "./judged-attempts.ts";
import { correctsItself } from "./self-correction.ts";

/** What is looked at in a stored rollout. */
type AhaRollout = Pick<StoredRollout, "step" | "problemIndex" | "problemId" | "prompt" | "difficulty"> & {
  readonly rollout: Pick<Rollout, "text" | "sample" | "stop">;
  readonly reward: { readonly verdict: Verdict };
};

/** The newest two steps at which a problem was answered wrong. */
interface WrongSteps {
  newest: number;
  /** Before `newest`; null where there is none. */
  older: number | null;
}

const MOST_PROBLEMS = 100_000;

/**
 * Finds aha moments in rollouts that are told it in the order of their steps, as they are written: what was told once
 * need not be read again. It keeps two numbers for each problem that was answered wrong and the moments themselves.
 */
export class AhaFinder {
  private readonly wrong = new Map<string, WrongSteps>();
  private readonly found = new Map<string, AhaMoment>();
  private readonly most: number;

  /**
   * @param attempts the task's way to find candidates; without it nothing is found
   * @param mostProblems problems that are followed, and moments that are kept; of more, those that were wrong longest
   *   ago are forgotten
   */
  constructor(
    private readonly attempts: AttemptFinder | null,
    mostProblems: number = MOST_PROBLEMS,
  ) {
    this.most = integerOption("mostProblems", mostProblems, 1);
  }

  /** How many were found. */
  get size(): number {
    return this.found.size;
  }

  /** In the order in which they were found, which is that of their steps. */
  get moments(): readonly AhaMoment[] {
    return [...this.found.values()];
  }

  add(rollouts: Iterable<AhaRollout>): void {
    if (this.attempts === null) return;
    for (const rollout of rollouts) {
      if (this.found.has(rollout.problemId)) continue;
      const { kind } = rollout.reward.verdict;
      if (kind === "wrong") this.noteWrong(rollout);
      else if (kind === "right") this.look(rollout);
    }
  }

  private noteWrong({ problemId, step }: AhaRollout): void {
    const known = this.wrong.get(problemId);
    if (known?.newest === step) return;
    // Set anew, so that the map's order is that of the last wrong step.
    this.wrong.delete(problemId);
    this.wrong.set(problemId, { newest: step, older: known?.newest ?? null });
    if (this.wrong.size > this.most) this.wrong.delete(this.wrong.keys().next().value!);
  }

  private look({ problemId, step, problemIndex, prompt, difficulty, rollout }: AhaRollout): void {
    const wrong = this.wrong.get(problemId);
    if (wrong === undefined) return;
    const wrongAt = wrong.newest < step ? wrong.newest : wrong.older;
    if (wrongAt === null || this.found.size >= this.most) return;
    const { thinking, answer } = parseCompletion(rollout.text, prompt);
    const attempts = this.attempts?.(thinking ?? "", problemId) ?? [];
    const rejected = attempts.find(({ outcome, right }) => outcome === "rejected" && right !== true);
    if (rejected === undefined || answer === null || !correctsItself(attempts, rollout.stop)) return;
    this.wrong.delete(problemId);
    this.found.set(problemId, {
      problemId,
      difficulty,
      step,
      problemIndex: problemIndex ?? 0,
      sample: rollout.sample,
      rejected: rejected.text,
      answer,
      wrongAt,
    });
  }
}

/** The aha moments of rollouts in the order of their steps; none without a task that finds candidates. */
export function findAhaMoments(rollouts: Iterable<AhaRollout>, attempts: AttemptFinder | null): readonly AhaMoment[] {
  const finder = new AhaFinder(attempts);
  finder.add(rollouts);
  return finder.moments;
}
