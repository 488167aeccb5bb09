import { CountdownCorpus } from "../../pretraining/countdown/corpus.ts";
import { REMARKS } from "../../pretraining/countdown/corpus-options.ts";
import { CountdownProblems, type CountdownData } from "../countdown/problems.ts";
import { verifyCountdown } from "../countdown/verify.ts";
import type { GeneralPrompts, Task } from "../task.ts";
import { triesBetweenVerdicts } from "../tries-between-verdicts.ts";
import { BilingualCorpus } from "../../pretraining/bilingual/corpus.ts";
import { createGeneralPrompts } from "./general-prompts.ts";
import { translate, translateWord, type Language } from "./words.ts";

export interface BilingualTask extends Task<CountdownData> {
  readonly corpus: BilingualCorpus;
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
  const problems = new CountdownProblems({
    name: "countdown-bilingual",
    numbers: 3,
    largest: 12,
    share: 1,
    bilingual: true,
  });
  const general = createGeneralPrompts();
  return {
    name: "countdown-bilingual",
    problems: (split) => problems.problems(split),
    verify: verifyCountdown,
    attempts: (thinking) => triesBetweenVerdicts(thinking, SKIPPED, VERDICTS),
    reflectiveWords: ALL_REMARKS,
    translateQuestion: (question, language) => translate(question, language as Language),
    rewrite: (problem, completion) => translate(completion, problem.language as Language),
    general,
    corpus: new BilingualCorpus(new CountdownCorpus(problems), general),
  };
}
