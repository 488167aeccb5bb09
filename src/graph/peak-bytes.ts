import { ShapeError } from "../errors.ts";
import type { Dimension, ElementType, ModelSpec } from "../engine/index.ts";

const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
};
/** Give their input's numbers under another shape, without a copy. */
const VIEWS: ReadonlySet<string> = new Set(["Identity", "Reshape", "Squeeze", "Unsqueeze"]);
/** Write over an input of the same size that nobody reads any more. */
const IN_PLACE: ReadonlySet<string> = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Neg",
  "Exp",
  "Sigmoid",
  "Relu",
  "Clip",
  "Softmax",
  "LogSoftmax",
  "Softplus",
  "ScatterElements",
  "ScatterND",
]);

/**
 * The most memory that a graph's results need at once when its nodes run in their order: what a node makes lives until
 * its last reader has run, views and what can be written in place take nothing. Inputs and constants are not counted.
 *
 * @param sizes of the symbolic dimensions, by name without a number at its end; products such as `T*G` and sums are
 *   worked out
 * @param taken what so many bytes take where they are computed, in blocks of its own
 * @returns bytes
 * @throws ShapeError for a dimension without a size
 */
export function peakBytes(
  model: ModelSpec,
  sizes: Readonly<Record<string, number>>,
  taken: (bytes: number) => number = (bytes) => bytes,
): number {
  const lastReader = new Map<string, number>();
  model.nodes.forEach((node, i) => node.inputs.forEach((input) => lastReader.set(input, i)));
  for (const { name } of model.outputs) lastReader.set(name, model.nodes.length);
  const bytesOf = (name: string): number => {
    const value = model.shapes.get(name);
    return value === undefined
      ? 0
      : taken(value.shape.reduce((product: number, size) => product * sizeOf(size, sizes), ELEMENT_BYTES[value.type]));
  };
  // What a name stands for, and how many names still read a block of memory.
  const block = new Map<string, { readonly bytes: number; readers: number }>();
  let now = 0;
  let peak = 0;
  model.nodes.forEach((node, i) => {
    const dies = (name: string): boolean => lastReader.get(name) === i && block.get(name)?.readers === 1;
    for (const output of node.outputs) {
      if (!lastReader.has(output)) continue;
      const bytes = bytesOf(output);
      const source = block.get(reused(node, (input) => dies(input) && block.get(input)!.bytes === bytes) ?? "");
      if (source !== undefined) source.readers++;
      else if (!VIEWS.has(node.operator)) now += bytes;
      block.set(output, source ?? { bytes: VIEWS.has(node.operator) ? 0 : bytes, readers: 1 });
    }
    peak = Math.max(peak, now);
    for (const input of new Set(node.inputs)) {
      const held = block.get(input);
      if (held === undefined || lastReader.get(input) !== i) continue;
      if (--held.readers === 0) now -= held.bytes;
      block.delete(input);
    }
  });
  return peak;
}

/** The input whose memory an output takes: the one that it shows otherwise, or one that it may overwrite. */
function reused(
  { operator, inputs }: ModelSpec["nodes"][number],
  fits: (input: string) => boolean,
): string | undefined {
  if (VIEWS.has(operator)) return inputs[0];
  return IN_PLACE.has(operator) ? inputs.find(fits) : undefined;
}

function sizeOf(dimension: Dimension, sizes: Readonly<Record<string, number>>): number {
  if (typeof dimension === "number") return dimension;
  if (dimension.includes("+")) return dimension.split("+").reduce((sum, part) => sum + sizeOf(part, sizes), 0);
  return dimension.split("*").reduce((product, name) => {
    if (/^\d+$/.test(name)) return product * Number(name);
    const size = sizes[name.replace(/\d+$/, "")];
    if (size === undefined) throw new ShapeError(`Expected a size for the dimension ${name}, got none.`);
    return product * size;
  }, 1);
}
