import type { RandomStream } from "../../random.ts";
import type { CountdownCorpus, CountdownDocument, TraceFacts } from "../countdown/corpus.ts";
import { sumOf } from "../../numbers/sum.ts";
import { percentOf } from "../../text/format.ts";
import { drawDocuments, rightShare } from "../corpus-statistics.ts";
import type { CorpusDocument, CorpusStatistic, GateRule, Probe, TaskCorpus } from "../task-corpus.ts";
import type { GeneralPrompts } from "../../tasks/task.ts";
import { generalDocument } from "./general-document.ts";
import { CHINESE_WORDS, mixLanguages, type Language } from "../../tasks/bilingual/words.ts";

/** Share of documents that answer a general prompt. */
const GENERAL = 0.12;

/** Countdown's traces with their words in two languages, mixed, and answers to general prompts among them. */
export class BilingualCorpus implements TaskCorpus {
  readonly vocabulary: readonly string[];
  readonly variants: readonly string[] = ["default"];
  readonly gate: readonly GateRule[];

  constructor(
    private readonly countdown: CountdownCorpus,
    private readonly general: GeneralPrompts,
  ) {
    this.vocabulary = [...countdown.vocabulary, "sort", "sure", ...CHINESE_WORDS];
    this.gate = countdown.gate;
  }

  document(variant: string, random: RandomStream): CorpusDocument & { readonly facts?: TraceFacts } {
    if (random.next() < GENERAL) return generalDocument(this.general.problems("corpus"), random);
    const document: CountdownDocument = this.countdown.document(variant, random);
    return {
      ...document,
      completion: mixLanguages(document.completion, document.problem.language as Language, random),
    };
  }

  probe(random: RandomStream): Probe {
    const probe = this.countdown.probe(random);
    return {
      ...probe,
      prefix: mixLanguages(probe.prefix, probe.problem.language as Language, random),
      tokens: probe.tokens[0] === "yes" ? ["yes", "对"] : probe.tokens,
    };
  }

  describe(variant: string, documents: number): readonly CorpusStatistic[] {
    const drawn = drawDocuments(this, variant, documents, 0);
    const reasoning = drawn.flatMap(({ facts, ...document }) => (facts === undefined ? [] : [{ ...document, facts }]));
    const words = reasoning.map(({ problem, completion }) => {
      const chinese = completion.split(" ").filter((word) => CHINESE_WORDS.includes(word)).length;
      const all = chinese + (completion.match(/[a-z]+(?= |$)/g)?.length ?? 0);
      return { all, other: problem.language === "zh" ? all - chinese : chinese };
    });
    const total = (of: "all" | "other"): number => sumOf(words, (count) => count[of]);
    return [
      { label: "right answers", value: rightShare(reasoning) },
      {
        label: "documents that answer a general prompt",
        value: percentOf(drawn.length - reasoning.length, drawn.length),
      },
      { label: "words in another language than the question", value: percentOf(total("other"), total("all")) },
    ];
  }
}
