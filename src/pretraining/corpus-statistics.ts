import { meanOrNull } from "../numbers/metrics.ts";
import { sumOf } from "../numbers/sum.ts";
import { percentOf } from "../text/format.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import { calculate, type Operation } from "../tasks/arithmetic-step.ts";
import type { CorpusDocument } from "./task-corpus.ts";

/** So many documents of a variant, the same for the same seed. */
export function drawDocuments<D>(
  corpus: { document(variant: string, random: RandomStream): D },
  variant: string,
  documents: number,
  seed: number,
): D[] {
  const random = new RandomStream(splitKey(randomKey(seed), "describe", variant));
  return Array.from({ length: documents }, () => corpus.document(variant, random));
}

/** The mean of some numbers in words: `1.67`; `-` of nothing. */
export function meanText(values: readonly number[]): string {
  return meanOrNull(values)?.toFixed(2) ?? "-";
}

export function wordsOf({ completion }: CorpusDocument): number {
  return completion.split(" ").length;
}

/**
 * The written steps of a completion, and how many of their results are wrong: read from the text, not from how it was
 * made.
 */
export function countSlips({ completion }: CorpusDocument): { readonly steps: number; readonly slips: number } {
  let [steps, slips] = [0, 0];
  for (const [, left, operation, right, value] of completion.matchAll(/(\d+) ([-+*]) (\d+) = (\d+)/g)) {
    steps++;
    if (calculate(operation as Operation, Number(left), Number(right)) !== Number(value)) slips++;
  }
  return { steps, slips };
}

/** Wrong results per written step over some documents. */
export function slipsPerStep(documents: readonly CorpusDocument[]): string {
  const counts = documents.map(countSlips);
  const total = (of: "steps" | "slips"): number => sumOf(counts, (count) => count[of]);
  return percentOf(total("slips"), total("steps"));
}

/** Right answers among documents with facts. */
export function rightShare(documents: readonly { readonly facts: { readonly right: boolean } }[]): string {
  return percentOf(documents.filter(({ facts }) => facts.right).length, documents.length);
}
