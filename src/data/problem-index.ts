import { splitKey, randomKey, uniformAt } from "../random.ts";
import type { Split } from "../records/problem.ts";
import { splitOf } from "../tasks/split.ts";
import { KeyTable } from "./key-table.ts";
import { questionKey } from "./normal-question.ts";
import { PlaceTable, type TablePlace } from "./place-table.ts";

/** Splits of data; of two that share a question, the later one keeps it. */
const DATA_SPLITS = ["train", "validation", "heldOut"] as const;
export type DataSplit = (typeof DATA_SPLITS)[number];

const [BY_HASH, OUT] = [DATA_SPLITS.length, DATA_SPLITS.length + 1];
/** With fewer questions there is nothing to keep apart. */
const FEWEST_TO_SPLIT = 21;
/** Questions of an evaluation of large data: more would be measured for hours. */
const MOST_EVALUATED = 10_000;

/** A question with its gold, and where its row stands. */
export interface IndexedQuestion {
  readonly question: string;
  readonly gold: string;
  readonly place: TablePlace;
  /** As the data say; null where its hash decides. */
  readonly split: Split | null;
}

/** How rows repeat each other. */
export interface RepeatCounts {
  /** Rows whose question and gold came before, in the same split. */
  readonly duplicates: number;
  /** Rows with a question that has another gold elsewhere: none of them is used. */
  readonly contradictions: number;
  /** Questions that stood in two splits: the one for measuring keeps them. */
  readonly overlaps: number;
}

/** Where the questions of a split stand. */
export type SplitIndices = Readonly<Record<DataSplit, Uint32Array>>;

/** How the splits came about. */
export type SplitRule = "the data's own" | "evaluation data apart" | "by hash" | "the same questions for all";

/**
 * The questions of some data, each once whatever its dress, in 60 bytes a question.
 */
export class ProblemIndex {
  readonly table: PlaceTable = new PlaceTable();
  private readonly known = new KeyTable();
  private readonly counts = { duplicates: 0, contradictions: 0, overlaps: 0 };

  /** @returns the index of the same question where it came before, for `repeat`; -1 for a new one */
  add(row: IndexedQuestion): number {
    const { high, low } = questionKey(row.question);
    const earlier = this.known.add(high, low);
    if (earlier < 0) this.describe(this.table.add(row.place), row, codeOf(row));
    return earlier;
  }

  /**
   * A question that came before, counted by what its golds are to each other.
   *
   * @param sameGold decides whether two golds that differ as texts come to the same; is given the earlier row
   */
  async repeat(
    earlier: number,
    row: IndexedQuestion,
    sameGold: (earlier: TablePlace) => Promise<boolean>,
  ): Promise<void> {
    const { table, counts } = this;
    const code = codeOf(row);
    if (table.codes[earlier] === OUT) counts.contradictions++;
    else if (table.goldHashes[earlier] !== hashOf(row.gold) && !(await sameGold(table.at(earlier)))) {
      table.codes[earlier] = OUT;
      counts.contradictions += 2;
    } else if (table.codes[earlier] === code) counts.duplicates++;
    else {
      counts.overlaps++;
      if (this.measures(code) <= this.measures(table.codes[earlier]!)) return;
      table.move(earlier, row.place);
      this.describe(earlier, row, code);
    }
  }

  get repeats(): RepeatCounts {
    return { ...this.counts };
  }

  /** What a row's place in the table stands for, for a report: every question that is used. */
  used(): Uint32Array {
    return this.table.codes
      .subarray(0, this.table.length)
      .reduce<Uint32Builder>((found, code, index) => (code === OUT ? found : found.push(index)), new Uint32Builder())
      .array();
  }

  /** What names the questions at some indices for good: their `questionId`. */
  idsOf(indices: readonly number[]): Set<string> {
    return new Set(indices.map((index) => this.known.hex(index)));
  }

  /** The index of a question by its `questionId`; -1 for none. */
  find(id: string): number {
    if (!/^[0-9a-f]{16}$/.test(id)) return -1;
    return this.known.find(Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8), 16));
  }

  /** The questions of each split, in the order of their rows, and how they were parted. */
  splits(): { readonly indices: SplitIndices; readonly rule: SplitRule } {
    const used = this.used();
    const own = [...DATA_SPLITS.keys()].map((code) => used.filter((index) => this.table.codes[index] === code));
    const [, validation, heldOut] = own as [Uint32Array, Uint32Array, Uint32Array];
    if (used.length < FEWEST_TO_SPLIT && validation.length + heldOut.length === 0)
      return { indices: { train: used, validation: used, heldOut: used }, rule: "the same questions for all" };
    if (validation.length + heldOut.length > 0) {
      const train = used.filter((index) => this.measures(this.table.codes[index]!) === 0);
      // Something must be there to measure on at the end.
      return heldOut.length > 0
        ? { indices: { train, validation, heldOut }, rule: "the data's own" }
        : { indices: { train, validation: heldOut, heldOut: validation }, rule: "the data's own" };
    }
    return { indices: this.byHash(used), rule: "by hash" };
  }

  private byHash(used: Uint32Array): SplitIndices {
    const found = { train: new Uint32Builder(), validation: new Uint32Builder(), heldOut: new Uint32Builder() };
    const share = MOST_EVALUATED / used.length;
    for (const index of used) {
      const id = this.known.hex(index);
      const split = splitOf(id);
      // Of large data only a part is measured, the same questions for the same size.
      const kept = split === "validation" || split === "heldOut" ? keptShare(id, split, share) : "train";
      found[kept].push(index);
    }
    const indices = {
      train: found.train.array(),
      validation: found.validation.array(),
      heldOut: found.heldOut.array(),
    };
    return indices.heldOut.length > 0 && indices.train.length > 0 ? indices : lastForMeasuring(used);
  }

  private describe(index: number, { question, gold }: IndexedQuestion, code: number): void {
    const { table } = this;
    table.codes[index] = code;
    table.questionLengths[index] = question.length;
    table.goldLengths[index] = gold.length;
    table.goldHashes[index] = hashOf(gold);
  }

  /** 0 for questions to learn from; more for those to measure on. */
  private measures(code: number): number {
    return code === BY_HASH ? 0 : code;
  }
}

function codeOf({ split }: IndexedQuestion): number {
  return split === null || split === "corpus" ? BY_HASH : DATA_SPLITS.indexOf(split);
}

const SHARE_KEY = splitKey(randomKey(0), "measured share");
const SPLIT_SHARES = { validation: 0.1, heldOut: 0.14 } as const;

function keptShare(id: string, split: "validation" | "heldOut", share: number): DataSplit {
  if (share >= SPLIT_SHARES[split]) return split;
  return uniformAt(splitKey(SHARE_KEY, id), 0) * SPLIT_SHARES[split] < share ? split : "train";
}

/** Where the hash leaves a side empty, as it may among some dozens: the last questions are for measuring. */
function lastForMeasuring(used: Uint32Array): SplitIndices {
  const place = Math.ceil(used.length * 0.86);
  return { train: used.subarray(0, place), validation: used.subarray(0, 0), heldOut: used.subarray(place) };
}

/** A list of whole numbers that grows. */
class Uint32Builder {
  private items = new Uint32Array(1024);
  private length = 0;

  push(item: number): this {
    if (this.length === this.items.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = item;
    return this;
  }

  array(): Uint32Array {
    return this.items.slice(0, this.length);
  }
}

/** 32 bits of a gold, without white space and case (FNV-1a). */
function hashOf(gold: string): number {
  let found = 0x811c9dc5;
  const text = gold.toLowerCase();
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x20) found = Math.imul(found ^ unit, 0x01000193);
  }
  return found;
}
