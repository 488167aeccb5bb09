import type { ParameterInfo } from "../../src/model/parameters.ts";
import type { TrainingSequence } from "../../src/policy/gradients/training-batch.ts";

/** What transformers computed of a fixture (make_fixtures.py). */
export interface Expected {
  readonly ids: readonly (readonly number[])[];
  readonly attentionMask: readonly (readonly number[])[];
  readonly lossMask: readonly (readonly number[])[];
  readonly loss: number;
  readonly logits: readonly (readonly (readonly number[])[])[];
}

/** The fixture's sequences with the tokens that its loss counts as their completions. */
export function scoredSequences({ ids, lossMask }: Pick<Expected, "ids" | "lossMask">): TrainingSequence[] {
  return ids.map((row, b) => {
    const [first, end] = [lossMask[b]!.indexOf(1), lossMask[b]!.lastIndexOf(1) + 1];
    return { promptTokens: row.slice(0, first), tokens: row.slice(first, end), weight: 1, advantage: 0 };
  });
}

/** The largest |ours - theirs| over positions that are no padding; ours is flat [batch, time, vocabulary]. */
export function largestDifference(
  ours: Float32Array,
  theirs: Expected["logits"],
  attentionMask: Expected["attentionMask"],
): number {
  let worst = 0;
  let at = 0;
  theirs.forEach((rows, b) =>
    rows.forEach((row, t) =>
      row.forEach((value) => {
        const difference = Math.abs(value - ours[at++]!);
        if (attentionMask[b]![t] === 1) worst = Math.max(worst, difference);
      }),
    ),
  );
  return worst;
}

/** |ours - theirs| / |theirs| of a parameter's gradient; theirs is in Hugging Face's layout. */
export function relativeDistance(
  ours: Float32Array,
  theirs: Float32Array,
  { transposed, shape }: ParameterInfo,
): number {
  const [rows, columns] = (transposed ? shape : [ours.length, 1]) as readonly [number, number];
  let distance = 0;
  let size = 0;
  for (let i = 0; i < ours.length; i++) {
    const reference = theirs[(i % columns) * rows + Math.floor(i / columns)]!;
    distance += (ours[i]! - reference) ** 2;
    size += reference ** 2;
  }
  return Math.sqrt(distance / size);
}
