import type { Task } from "../task.ts";
import { countdownAttempts, countdownTryIsRight } from "./attempts.ts";
import { CountdownProblems, type CountdownData, type CountdownLevel } from "./problems.ts";
import { REMARKS } from "./remarks.ts";
import { countdownKey, verifyCountdown } from "./verify.ts";

export const COUNTDOWN_LEVELS: Readonly<Record<3 | 4, CountdownLevel>> = {
  3: { name: "countdown", numbers: 3, largest: 12, share: 1 },
  4: { name: "countdown-4", numbers: 4, largest: 10, share: 0.3 },
};

/**
 * The numbers game: use every given number once, with + - *, to make a target. Searching takes tries, and a try can be
 * checked.
 */
export function createCountdown(numbers: 3 | 4 = 3): Task<CountdownData> {
  const problems = new CountdownProblems(COUNTDOWN_LEVELS[numbers]);
  return {
    name: COUNTDOWN_LEVELS[numbers].name,
    problems: (split) => problems.problems(split),
    verify: verifyCountdown,
    answerKey: countdownKey,
    attempts: countdownAttempts,
    attemptIsRight: countdownTryIsRight,
    reflectiveWords: REMARKS,
  };
}
