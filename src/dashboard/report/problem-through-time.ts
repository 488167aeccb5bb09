import { sum } from "../../numbers/sum.ts";
import type { StoredRollout } from "../../store/index.ts";
import { judgedScores } from "../../verifiers/verdict-score.ts";

/** One held-out problem at each evaluation. */
export interface ProblemThroughTime {
  readonly problemId: string;
  readonly evaluations: readonly {
    readonly step: number;
    /** Sum of the scores of what could be judged, and how many that were. */
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
      evaluations: [...ofProblem].map(([step, samples]) => {
        const scores = judgedScores(samples.map(({ reward }) => reward.verdict));
        return { step, right: sum(scores), of: scores.length, first: samples[0]! };
      }),
    }));
  const gain = ({ evaluations: all }: ProblemThroughTime): number => shareOf(all.at(-1)!) - shareOf(all[0]!);
  const [best] = problems.toSorted((a, b) => gain(b) - gain(a));
  return best === undefined ? null : { ...best, evaluations: some(best.evaluations) };
}

function shareOf({ right, of }: { readonly right: number; readonly of: number }): number {
  return of === 0 ? 0 : right / of;
}

function some<T>(all: readonly T[]): T[] {
  if (all.length <= MOST_EVALUATIONS) return [...all];
  return Array.from(
    { length: MOST_EVALUATIONS },
    (_, i) => all[Math.round((i * (all.length - 1)) / (MOST_EVALUATIONS - 1))]!,
  );
}
