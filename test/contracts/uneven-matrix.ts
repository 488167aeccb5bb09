import { RandomStream, randomKey } from "../../src/random.ts";

/** A matrix of normal numbers with columns of unlike size: what one scale for all would round badly. */
export function unevenMatrix(rows: number, columns: number): Float32Array {
  const random = new RandomStream(randomKey(1));
  return Float32Array.from({ length: rows * columns }, (_, i) => random.normal() * (1 + ((i % columns) % 5)));
}
