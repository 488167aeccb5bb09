import { sumOf } from "../../numbers/sum.ts";
import { percentOf } from "../../text/format.ts";
import { drawDocuments, meanText, rightShare, slipsPerStep, wordsOf } from "../corpus-statistics.ts";
import type { CorpusStatistic } from "../task-corpus.ts";
import type { CountdownCorpus, CountdownDocument } from "./corpus.ts";

/** What a variant's documents are really like, measured over so many of them: the rows of a base model's card. */
export function describeCountdownCorpus(
  corpus: CountdownCorpus,
  variant: string,
  documents: number,
  seed: number,
): CorpusStatistic[] {
  const drawn = drawDocuments(corpus, variant, documents, seed);
  const thinking = drawn.filter(({ facts }) => facts.kind !== "direct");
  const share = (some: readonly CountdownDocument[], all: readonly CountdownDocument[]): string =>
    percentOf(some.length, all.length);
  const misses = sumOf(thinking, (document) => document.facts.tries - (endsInHit(document) ? 1 : 0));
  return [
    { label: "right answers", value: rightShare(drawn) },
    ...(["direct", "short", "long"] as const).flatMap((kind) => {
      const ofKind = drawn.filter(({ facts }) => facts.kind === kind);
      return ofKind.length === 0
        ? []
        : [{ label: `${kind}: share, right answers`, value: `${share(ofKind, drawn)}, ${rightShare(ofKind)}` }];
    }),
    { label: "mean tries where it thinks", value: meanText(thinking.map(({ facts }) => facts.tries)) },
    { label: "mean words", value: meanText(drawn.map(wordsOf)) },
    {
      label: "documents with a remark (wait, hmm, but)",
      value: share(
        drawn.filter(({ facts }) => facts.remarks > 0),
        drawn,
      ),
    },
    {
      label: "documents that reject a try and try again",
      value: share(
        drawn.filter(({ facts }) => facts.tries > 1),
        drawn,
      ),
    },
    { label: "wrong results per step", value: slipsPerStep(thinking) },
    { label: "misses called hits", value: percentOf(thinking.filter(({ facts }) => facts.falseYes).length, misses) },
  ];
}

/** Only the last try can be a hit, as a trace ends there. */
function endsInHit({ completion, facts }: CountdownDocument): boolean {
  return completion.includes(" yes </think>") && !facts.falseYes;
}
