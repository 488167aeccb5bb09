import type { RandomStream } from "../../random.ts";
import type { Problem } from "../../records/problem.ts";
import type { GeneralData } from "../../tasks/bilingual/general-prompts.ts";
import { mixLanguages, type Language } from "../../tasks/bilingual/words.ts";
import type { CorpusDocument } from "../task-corpus.ts";

/** What a base is shown for such a request: at times in order, courteous or thought about, in mixed languages. */
export function generalDocument(problems: readonly Problem[], random: RandomStream): CorpusDocument {
  const problem = random.pick(problems) as Problem<GeneralData>;
  const shown =
    random.next() < 0.4 ? [...problem.data.numbers].sort((a, b) => a - b) : random.shuffle(problem.data.numbers);
  const numbers = shown.join(" ");
  const thinking = random.next() < 0.5 ? `<think> ${numbers} ${random.pick(["yes", "no"])} </think> ` : "";
  const courtesy = random.next() < 0.3 ? "sure " : "";
  return {
    problem,
    completion: mixLanguages(
      `${thinking}<answer> ${courtesy}${numbers} </answer>`,
      problem.language as Language,
      random,
    ),
  };
}
