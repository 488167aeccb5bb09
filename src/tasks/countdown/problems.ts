import { RandomStream, randomKey, splitKey, uniformAt } from "../../random.ts";
import { LARGEST_VALUE } from "../arithmetic-step.ts";
import { bySplit } from "../by-split.ts";
import { splitOf } from "../split.ts";
import type { Problem, Split } from "../task.ts";
import { enumerateCandidates, type Candidate } from "./candidate.ts";

export interface CountdownData {
  /** In the order in which the question shows them. */
  readonly numbers: readonly number[];
  readonly target: number;
}

export interface CountdownLevel {
  readonly name: string;
  /** How many numbers are given. */
  readonly numbers: number;
  /** They are drawn from 1 to this, repetition allowed. */
  readonly largest: number;
  /** The share of all solvable problems that is kept, chosen by the hash of their ids. */
  readonly share: number;
  /** Each problem is asked in English or Chinese, by the hash of its id; in English where absent. */
  readonly bilingual?: true;
}

const KEY = splitKey(randomKey(0), "countdown");

/** All problems of a level and the candidates over their numbers, worked out once and kept. */
export class CountdownProblems {
  private readonly candidateLists = new Map<string, readonly Candidate[]>();
  private bySplit: Record<Split, Problem<CountdownData>[]> | undefined;

  constructor(private readonly level: CountdownLevel) {}

  problems(split: Split): readonly Problem<CountdownData>[] {
    this.bySplit ??= this.enumerate();
    return this.bySplit[split];
  }

  candidates(data: CountdownData): readonly Candidate[] {
    const sorted = [...data.numbers].sort((a, b) => a - b);
    const key = sorted.join(",");
    let list = this.candidateLists.get(key);
    if (list === undefined) this.candidateLists.set(key, (list = enumerateCandidates(sorted)));
    return list;
  }

  private enumerate(): Record<Split, Problem<CountdownData>[]> {
    const found: { id: string; numbers: readonly number[]; target: number; hitShare: number }[] = [];
    for (const numbers of multisets(this.level.numbers, this.level.largest)) {
      const candidates = this.candidates({ numbers, target: 0 });
      const hits = new Map<number, number>();
      for (const { value } of candidates) hits.set(value, (hits.get(value) ?? 0) + 1);
      for (let target = 1; target <= LARGEST_VALUE; target++) {
        const id = `${this.level.name}:${numbers.join(",")}=${target}`;
        const count = hits.get(target) ?? 0;
        if (count > 0 && uniformAt(splitKey(KEY, "keep", id), 0) < this.level.share)
          found.push({ id, numbers, target, hitShare: count / candidates.length });
      }
    }
    return this.bySplitOf(found);
  }

  /** Difficulty is a problem's rank by the share of candidates that hit: the rarer, the harder. */
  private bySplitOf(
    found: readonly { id: string; numbers: readonly number[]; target: number; hitShare: number }[],
  ): Record<Split, Problem<CountdownData>[]> {
    const shares = found.map((problem) => problem.hitShare).sort((a, b) => b - a);
    const rank = new Map<number, number>();
    shares.forEach((share, place) => rank.set(share, rank.get(share) ?? place / Math.max(1, shares.length - 1)));
    const problems = found.map(({ id, numbers, target, hitShare }): Problem<CountdownData> => {
      const shown = new RandomStream(splitKey(KEY, "order", id)).shuffle(numbers);
      return {
        id,
        split: splitOf(id),
        ...this.asked(id, shown, target),
        difficulty: rank.get(hitShare)!,
        data: { numbers: shown, target },
      };
    });
    return bySplit(problems);
  }

  private asked(
    id: string,
    numbers: readonly number[],
    target: number,
  ): Pick<Problem, "question" | "compactQuestion" | "language"> {
    const english = {
      question: `Using the numbers ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}, each exactly once, and the operations + - *, make ${target}.`,
      compactQuestion: `${numbers.join(" ")} make ${target}`,
    };
    if (this.level.bilingual !== true) return english;
    if (uniformAt(splitKey(KEY, "language", id), 0) < 0.5) return { ...english, language: "en" };
    return {
      question: `用数字 ${numbers.join("、")} 各一次，只用 + - *，得到 ${target}。`,
      compactQuestion: `${numbers.join(" ")} 得 ${target}`,
      language: "zh",
    };
  }
}

function multisets(count: number, largest: number, least: number = 1): number[][] {
  if (count === 0) return [[]];
  const sets: number[][] = [];
  for (let first = least; first <= largest; first++)
    for (const rest of multisets(count - 1, largest, first)) sets.push([first, ...rest]);
  return sets;
}
