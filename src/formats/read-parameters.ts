import { sumOf } from "../numbers/sum.ts";
import { CheckpointError } from "../errors.ts";
import type { ParameterInfo } from "../model/parameters.ts";
import { RowReader, type StoredMatrix } from "./row-reader.ts";
import { transposeInto } from "./transpose.ts";

/** A parameter and where its numbers stand, in the file's order. */
export interface StoredParameter {
  readonly info: ParameterInfo;
  readonly matrix: StoredMatrix;
}

/**
 * Reads parameters into one flat array in the order of their layout.
 *
 * @param where what messages call the files
 * @throws CheckpointError where a file has become shorter or a number isn't finite
 */
export async function readParameters(parameters: readonly StoredParameter[], where: string): Promise<Float32Array> {
  const reader = new RowReader();
  const flat = new Float32Array(sumOf(parameters, ({ info }) => info.size));
  for (const { info, matrix } of parameters) {
    const view = flat.subarray(info.offset, info.offset + info.size);
    let broken = 0;
    await reader.read(matrix, (values, row) => {
      broken += countBroken(values);
      const { columns } = matrix;
      if (info.transposed) transposeInto({ values, rows: values.length / columns, columns }, view, matrix.rows, row);
      else view.set(values, row * columns);
    });
    if (broken > 0) throw brokenNumbers(info, broken, where);
  }
  return flat;
}

/** @throws CheckpointError naming the first parameter with NaN or infinite numbers, and how many there are */
export function checkFinite(flat: Float32Array, layout: readonly ParameterInfo[], where: string): void {
  for (const info of layout) {
    const broken = countBroken(flat.subarray(info.offset, info.offset + info.size));
    if (broken > 0) throw brokenNumbers(info, broken, where);
  }
}

const EXPONENT = 0x7f800000;

/** Numbers that are NaN or infinite: those whose exponent is all ones. */
function countBroken(values: Float32Array): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let broken = 0;
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & EXPONENT) === EXPONENT) broken++;
  return broken;
}

function brokenNumbers({ name, size }: ParameterInfo, broken: number, where: string): CheckpointError {
  return new CheckpointError(
    `Expected finite numbers in ${name} of ${where}, got ${broken} of ${size} that are NaN or infinite; use an earlier checkpoint.`,
  );
}
