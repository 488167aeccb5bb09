import { RandomStream, splitKey, type RandomKey } from "../random.ts";
import { majorityVote, mean, passAtK, standardError } from "../numbers/metrics.ts";

/** What test-time compute reads of a completion. */
export interface TimedSample {
  readonly tokens: number;
  readonly right: boolean;
  /** Null where there is none; equal answers are equal texts. */
  readonly answer: string | null;
}

/** What so many samples, or so many tokens, are worth. */
export interface TestTimeRow {
  readonly k: number;
  /** Tokens a completion may have; one that is longer has no answer. */
  readonly budget: number;
  readonly passAtK: number;
  readonly majorityVote: number;
  /** Of the majority vote, over problems. */
  readonly majorityError: number;
}

/** Subsets that a vote is averaged over, where there are so many. */
const DRAWS = 8;

/**
 * pass@k and majority vote by the number of samples and by thinking budget, all from one set of samples: a completion
 * longer than the budget counts as no answer. A vote of k is averaged over random subsets of the samples. R1 reports
 * cons@64 beside pass@1 (arXiv:2501.12948, section 3.1).
 *
 * @param samples by problem and sample, as many for each problem
 */
export function testTimeCompute(
  samples: readonly (readonly TimedSample[])[],
  budgets: readonly number[],
  key: RandomKey,
): TestTimeRow[] {
  const count = Math.min(...samples.map((group) => group.length));
  const ks = Array.from({ length: 31 }, (_, i) => 2 ** i).filter((k) => k <= count);
  return budgets.flatMap((budget) => {
    const within = samples.map((group) =>
      group.map((sample) => (sample.tokens <= budget ? sample : { tokens: budget, right: false, answer: null })),
    );
    return ks.map((k) => {
      const votes = within.map((group, problem) => voteShare(group, k, splitKey(key, "vote", k, problem)));
      return {
        k,
        budget,
        passAtK: mean(within.map((group) => passAtK(group.length, group.filter(({ right }) => right).length, k))),
        majorityVote: mean(votes),
        majorityError: standardError(votes),
      };
    });
  });
}

/** How often the majority of k of the samples is right. */
function voteShare(group: readonly TimedSample[], k: number, key: RandomKey): number {
  const random = new RandomStream(key);
  const draws = k === group.length ? 1 : DRAWS;
  return mean(
    Array.from({ length: draws }, () => {
      const chosen = k === group.length ? group : random.shuffle(group).slice(0, k);
      const winner = majorityVote(
        chosen.map(({ answer }) => answer),
        k,
      );
      return winner !== null && chosen.find(({ answer }) => answer === winner)!.right ? 1 : 0;
    }),
  );
}
