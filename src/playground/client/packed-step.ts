import { strFromU8, strToU8, deflateSync, inflateSync } from "fflate";
import type { SeenGroup } from "../messages.ts";
import type { SeenStep } from "./tab-client.ts";

/** Lists of numbers that a step is full of. */
const NUMBERS: ReadonlySet<string> = new Set(["logprobs", "tokens", "promptTokens"]);
/** Speed before size: a step is packed between two frames. */
const LEVEL = 1;
/** Steps whose groups stay unpacked once they were asked for. */
const MOST_OPEN = 2;

/**
 * A step that keeps its groups in a third of the room: objects cost a tab more than what they say. They are unpacked
 * where they are read.
 */
export class PackedStep implements SeenStep {
  readonly metrics: SeenStep["metrics"];
  readonly digest: string;
  private readonly text: Uint8Array;
  private readonly lists: readonly (Float32Array | Int32Array)[];
  private static readonly open: { readonly of: PackedStep; readonly groups: readonly SeenGroup[] }[] = [];

  constructor({ metrics, digest, groups }: SeenStep) {
    this.metrics = metrics;
    this.digest = digest;
    const lists: (Float32Array | Int32Array)[] = [];
    const text = JSON.stringify(groups, (key, value: unknown) => {
      const list = NUMBERS.has(key) && Array.isArray(value) ? compact(value) : null;
      return list === null ? value : lists.push(list) - 1;
    });
    this.lists = lists;
    this.text = deflateSync(strToU8(text), { level: LEVEL });
  }

  get groups(): readonly SeenGroup[] {
    const known = PackedStep.open.find(({ of }) => of === this);
    if (known !== undefined) return known.groups;
    const groups = JSON.parse(strFromU8(inflateSync(this.text)), (key, value: unknown) =>
      NUMBERS.has(key) && typeof value === "number" ? [...this.lists[value]!] : value,
    ) as readonly SeenGroup[];
    PackedStep.open.push({ of: this, groups });
    if (PackedStep.open.length > MOST_OPEN) PackedStep.open.shift();
    return groups;
  }
}

/** The same numbers in 32 bits each; null where they would not be the same. */
function compact(values: readonly unknown[]): Float32Array | Int32Array | null {
  if (values.every((value) => Object.is(value, (value as number) | 0))) return Int32Array.from(values as number[]);
  if (values.every((value) => Object.is(value, Math.fround(value as number)))) {
    return Float32Array.from(values as number[]);
  }
  return null;
}
