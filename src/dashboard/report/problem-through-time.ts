import type { StoredRollout } from "../../store/index.ts";

/** One held-out problem at each look. */
export interface ProblemThroughTime {
  readonly problemId: string;
  readonly looks: readonly {
    readonly step: number;
    readonly right: number;
    readonly of: number;
    /** The first sample: the same draws at every look, so that only the policy differs. */
    readonly first: StoredRollout;
  }[];
}

/** Looks that are shown. */
const MOST_LOOKS = 6;

/**
 * The watched problem that came furthest: from the fewest right samples at the first look to the most at the last. Of
 * many looks some are left out, never the first and the last.
 *
 * @returns null where no problem was looked at twice
 */
export function problemThroughTime(watched: Iterable<StoredRollout>): ProblemThroughTime | null {
  const looks = new Map<string, Map<number, StoredRollout[]>>();
  for (const stored of watched) {
    const ofProblem = looks.get(stored.problemId) ?? new Map<number, StoredRollout[]>();
    looks.set(stored.problemId, ofProblem);
    ofProblem.set(stored.step, [...(ofProblem.get(stored.step) ?? []), stored]);
  }
  const problems = [...looks]
    .filter(([, ofProblem]) => ofProblem.size > 1)
    .map(([problemId, ofProblem]) => ({
      problemId,
      looks: [...ofProblem].map(([step, samples]) => ({
        step,
        right: samples.filter(isRight).length,
        of: samples.length,
        first: samples[0]!,
      })),
    }));
  const gain = ({ looks: all }: ProblemThroughTime): number =>
    all.at(-1)!.right / all.at(-1)!.of - all[0]!.right / all[0]!.of;
  const [best] = problems.toSorted((a, b) => gain(b) - gain(a));
  return best === undefined ? null : { ...best, looks: some(best.looks) };
}

function isRight({ reward }: StoredRollout): boolean {
  return reward.verdict.kind === "right";
}

function some<T>(all: readonly T[]): T[] {
  if (all.length <= MOST_LOOKS) return [...all];
  return Array.from({ length: MOST_LOOKS }, (_, i) => all[Math.round((i * (all.length - 1)) / (MOST_LOOKS - 1))]!);
}
