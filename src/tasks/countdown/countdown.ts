import type { Task } from "../task.ts";
import { countdownAttempts } from "./attempts.ts";
import { CountdownCorpus } from "../../pretraining/countdown/corpus.ts";
import { REMARKS, type CountdownCorpusOptions } from "../../pretraining/countdown/corpus-options.ts";
import { CountdownProblems, type CountdownData, type CountdownLevel } from "./problems.ts";
import { verifyCountdown } from "./verify.ts";

const LEVELS: Readonly<Record<3 | 4, CountdownLevel>> = {
  3: { name: "countdown", numbers: 3, largest: 12, share: 1 },
  4: { name: "countdown-4", numbers: 4, largest: 10, share: 0.3 },
};

/** A task whose corpus states how each of its documents came about. */
export interface CountdownTask extends Task<CountdownData> {
  readonly corpus: CountdownCorpus;
}

/**
 * With four numbers a hit is rare: drawn as with three, 6 % of tries hit, and a base trained for a few minutes doesn't learn
 * to recognise one (docs/log.md). Candidates nearer to the target make hits frequent enough to learn from.
 */
const CORPUS_CHANGES: Readonly<Record<3 | 4, Partial<CountdownCorpusOptions>>> = {
  3: {},
  4: { nearness: 4, remarkNearness: 3 },
};

/** The numbers game: use every given number once, with + - *, to make a target. Searching takes tries, and a try can be checked. */
export function createCountdown(numbers: 3 | 4 = 3): CountdownTask {
  const problems = new CountdownProblems(LEVELS[numbers]);
  return {
    name: LEVELS[numbers].name,
    problems: (split) => problems.problems(split),
    verify: verifyCountdown,
    attempts: countdownAttempts,
    reflectiveWords: REMARKS,
    corpus: new CountdownCorpus(problems, CORPUS_CHANGES[numbers]),
  };
}
