import { sumOf } from "../../numbers/sum.ts";
import { percentOf } from "../../text/format.ts";
import { drawDocuments, meanText, rightShare, slipsPerStep, wordsOf } from "../corpus-statistics.ts";
import type { CorpusStatistic } from "../task-corpus.ts";
import type { ArithmeticCorpus, ArithmeticFacts } from "./corpus.ts";

/** What a variant's documents are really like, measured over so many of them: the rows of a base model's card. */
export function describeArithmeticCorpus(
  corpus: ArithmeticCorpus,
  variant: string,
  documents: number,
  seed: number,
): CorpusStatistic[] {
  const drawn = drawDocuments(corpus, variant, documents, seed);
  const thinking = drawn.filter(({ facts }) => facts.kind === "stepwise");
  const total = (of: keyof ArithmeticFacts): number => sumOf(thinking, ({ facts }) => Number(facts[of]));
  return [
    { label: "right answers", value: rightShare(drawn) },
    ...(["direct", "stepwise"] as const).map((kind) => {
      const ofKind = drawn.filter(({ facts }) => facts.kind === kind);
      return {
        label: `${kind}: share, right answers`,
        value: `${percentOf(ofKind.length, drawn.length)}, ${rightShare(ofKind)}`,
      };
    }),
    { label: "mean passes where it thinks", value: meanText(thinking.map(({ facts }) => facts.passes)) },
    { label: "mean words", value: meanText(drawn.map(wordsOf)) },
    {
      label: "documents that reject a pass and do another",
      value: percentOf(drawn.filter(({ facts }) => facts.passes > 1).length, drawn.length),
    },
    { label: "wrong results per step", value: slipsPerStep(thinking) },
    { label: "passes with a slip that are called right", value: percentOf(total("falseYes"), total("slippedPasses")) },
    {
      label: "passes without one that are called wrong",
      value: percentOf(total("falseNo"), total("passes") - total("slippedPasses")),
    },
  ];
}
