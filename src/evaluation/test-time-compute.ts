import { RandomStream, splitKey, type RandomKey } from "../random.ts";
import { majorityVote, mean, passAtK, standardError } from "../numbers/metrics.ts";
import { sampleScore, type MeasuredSample } from "./measured-samples.ts";

/** What test-time compute reads of a sample; equal answers are equal texts. */
type TimedSample = Pick<MeasuredSample, "tokens" | "score" | "right" | "answer">;

/** What so many samples, or so many tokens, are worth. */
export interface TestTimeRow {
  readonly k: number;
  /** Tokens a completion may have; one that is longer has no answer. */
  readonly budget: number;
  /** Over the problems of which k samples could be judged. */
  readonly passAtK: number;
  /** Mean score of the winners that could be judged. */
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
 * @returns a row a budget and k, without those of which nothing could be judged
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
      group.map((sample): TimedSample => (sample.tokens <= budget ? sample : { ...OVER_BUDGET, tokens: budget })),
    );
    return ks.flatMap((k) => {
      const votes = within
        .map((group, problem) => voteShare(group, k, splitKey(key, "vote", k, problem)))
        .filter((share) => share !== null);
      const passes = within.map((group) => passShare(group, k)).filter((share) => share !== null);
      if (passes.length === 0 || votes.length === 0) return [];
      const [share, vote] = [mean(passes), mean(votes)];
      return [{ k, budget, passAtK: share, majorityVote: vote, majorityError: standardError(votes) }];
    });
  });
}

/** A completion that is cut at the budget has no answer. */
const OVER_BUDGET = { score: 0, right: false, answer: null } as const;

/** pass@k of a problem from the samples that could be judged; null where these are fewer. */
function passShare(group: readonly TimedSample[], k: number): number | null {
  const judged = group.filter((sample) => sampleScore(sample) !== null);
  return judged.length < k ? null : passAtK(judged.length, judged.filter(({ right }) => right).length, k);
}

/** How often the majority of k of the samples is right, of the times that it can be told; null where it never can. */
function voteShare(group: readonly TimedSample[], k: number, key: RandomKey): number | null {
  const random = new RandomStream(key);
  const draws = k === group.length ? 1 : DRAWS;
  const scores = Array.from({ length: draws }, () => {
    const chosen = k === group.length ? group : random.shuffle(group).slice(0, k);
    return winnerScore(chosen);
  }).filter((score) => score !== null);
  return scores.length === 0 ? null : mean(scores);
}

function winnerScore(chosen: readonly TimedSample[]): number | null {
  const winner = majorityVote(
    chosen.map(({ answer }) => answer),
    chosen.length,
  );
  if (winner === null) return 0;
  const scores = chosen.filter(({ answer }) => answer === winner).map(sampleScore);
  return scores.find((score) => score !== null) ?? null;
}
