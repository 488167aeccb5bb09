import type { StoredRollout } from "../../store/index.ts";

/** One held-out problem at each evaluation. */
export interface ProblemThroughTime {
  readonly problemId: string;
  readonly evaluations: readonly {
    readonly step: number;
    readonly right: number;
    readonly of: number;
    /** The first sample: the same draws at every evaluation, so that only the policy differs. */
    readonly first: StoredRollout;
  }[];
}

/** Evaluations that are shown. */
const MOST_EVALUATIONS = 6;

/**
 * The watched problem that came furthest: from the fewest right samples at the first evaluation to the most at the
 * last. Of many evaluations some are left out, never the first and the last.
 *
 * @returns null where no problem was evaluated twice
 */
export function problemThroughTime(watched: Iterable<StoredRollout>): ProblemThroughTime | null {
  const byProblem = new Map<string, Map<number, StoredRollout[]>>();
  for (const stored of watched) {
    const ofProblem = byProblem.get(stored.problemId) ?? new Map<number, StoredRollout[]>();
    byProblem.set(stored.problemId, ofProblem);
    ofProblem.set(stored.step, [...(ofProblem.get(stored.step) ?? []), stored]);
  }
  const problems = [...byProblem]
    .filter(([, ofProblem]) => ofProblem.size > 1)
    .map(([problemId, ofProblem]) => ({
      problemId,
      evaluations: [...ofProblem].map(([step, samples]) => ({
        step,
        right: samples.filter(isRight).length,
        of: samples.length,
        first: samples[0]!,
      })),
    }));
  const gain = ({ evaluations: all }: ProblemThroughTime): number =>
    all.at(-1)!.right / all.at(-1)!.of - all[0]!.right / all[0]!.of;
  const [best] = problems.toSorted((a, b) => gain(b) - gain(a));
  return best === undefined ? null : { ...best, evaluations: some(best.evaluations) };
}

function isRight({ reward }: StoredRollout): boolean {
  return reward.verdict.kind === "right";
}

function some<T>(all: readonly T[]): T[] {
  if (all.length <= MOST_EVALUATIONS) return [...all];
  return Array.from(
    { length: MOST_EVALUATIONS },
    (_, i) => all[Math.round((i * (all.length - 1)) / (MOST_EVALUATIONS - 1))]!,
  );
}
