import { REMARKS } from "../countdown/remarks.ts";
import { CountdownProblems, type CountdownData, type CountdownLevel } from "../countdown/problems.ts";
import { countdownTryIsRight } from "../countdown/attempts.ts";
import { countdownKey, verifyCountdown } from "../countdown/verify.ts";
import type { GeneralPrompts, Task } from "../task.ts";
import { triesBetweenVerdicts } from "../tries-between-verdicts.ts";
import { createGeneralPrompts } from "./general-prompts.ts";
import { translate, translateWord, type Language } from "./words.ts";

export const BILINGUAL_LEVEL: CountdownLevel = {
  name: "countdown-bilingual",
  numbers: 3,
  largest: 12,
  share: 1,
  bilingual: true,
};

export interface BilingualTask extends Task<CountdownData> {
  readonly general: GeneralPrompts;
}

const ALL_REMARKS: readonly string[] = REMARKS.flatMap((remark) => [remark, translateWord(remark, "zh")]);
const SKIPPED: ReadonlySet<string> = new Set([...ALL_REMARKS, ","]);
const VERDICTS = { accept: ["yes", "对"], reject: ["no", "错"] };

/**
 * Countdown asked in English or Chinese, half each. Its base mixes both languages in its thinking, as R1-Zero does
 * (arXiv:2501.12948, section 2.2.4), so that language consistency has something to mend and its cost can be measured.
 */
export function createBilingualCountdown(): BilingualTask {
  const problems = new CountdownProblems(BILINGUAL_LEVEL);
  const general = createGeneralPrompts();
  return {
    name: BILINGUAL_LEVEL.name,
    problems: (split) => problems.problems(split),
    verify: verifyCountdown,
    answerKey: countdownKey,
    attempts: (thinking) => triesBetweenVerdicts(thinking, SKIPPED, VERDICTS),
    attemptIsRight: countdownTryIsRight,
    reflectiveWords: ALL_REMARKS,
    translateQuestion: (question, language) => translate(question, language as Language),
    rewrite: (problem, completion) => translate(completion, problem.language as Language),
    general,
  };
}
