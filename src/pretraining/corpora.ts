import type { Task } from "../tasks/index.ts";
import { arithmeticProblems } from "../tasks/arithmetic/problems.ts";
import { BILINGUAL_LEVEL } from "../tasks/bilingual/bilingual.ts";
import { createGeneralPrompts } from "../tasks/bilingual/general-prompts.ts";
import { COUNTDOWN_LEVELS } from "../tasks/countdown/countdown.ts";
import { CountdownProblems } from "../tasks/countdown/problems.ts";
import { ArithmeticCorpus } from "./arithmetic/corpus.ts";
import { BilingualCorpus } from "./bilingual/corpus.ts";
import { CountdownCorpus } from "./countdown/corpus.ts";
import type { CountdownCorpusOptions } from "./countdown/corpus-options.ts";
import { RepairCorpus } from "./repair/corpus.ts";
import type { TaskCorpus } from "./task-corpus.ts";

/**
 * With four numbers a hit is rare: drawn as with three, 6 % of tries hit, and a base trained for a few minutes doesn't
 * learn to recognise one (docs/log.md). Candidates nearer to the target make hits frequent enough to learn from.
 */
const FOUR_NUMBERS: Partial<CountdownCorpusOptions> = { nearness: 4, remarkNearness: 3 };

export const createCountdownCorpus = (): CountdownCorpus =>
  new CountdownCorpus(new CountdownProblems(COUNTDOWN_LEVELS[3]));

export const createArithmeticCorpus = (): ArithmeticCorpus => new ArithmeticCorpus(arithmeticProblems().corpus);

export const createBilingualCorpus = (): BilingualCorpus =>
  new BilingualCorpus(new CountdownCorpus(new CountdownProblems(BILINGUAL_LEVEL)), createGeneralPrompts());

/** The corpora that a base can be made from, by the name of their task. */
const CORPORA: Readonly<Record<string, () => TaskCorpus>> = {
  countdown: createCountdownCorpus,
  "countdown-4": () => new CountdownCorpus(new CountdownProblems(COUNTDOWN_LEVELS[4]), FOUR_NUMBERS),
  "countdown-bilingual": createBilingualCorpus,
  arithmetic: createArithmeticCorpus,
  repair: () => new RepairCorpus(),
};

const made = new Map<string, TaskCorpus>();

/** What a base model for a task can be made from; undefined for a task that needs a model which reads text. */
export function corpusOf({ name }: Pick<Task, "name">): TaskCorpus | undefined {
  if (!Object.hasOwn(CORPORA, name)) return undefined;
  const corpus = made.get(name) ?? CORPORA[name]!();
  made.set(name, corpus);
  return corpus;
}
