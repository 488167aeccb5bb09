import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { OptionError, show } from "../errors.ts";
import type { Split } from "../records/problem.ts";
import { unusableGold, type GoldVerifier, type GoldVerifiers } from "./gold-verifier.ts";
import { choiceIdentity, type QuestionIdentity } from "./choice-identity.ts";
import type { TablePlace } from "./place-table.ts";
import { ProblemIndex, type RepeatCounts, type SplitIndices, type SplitRule } from "./problem-index.ts";
import { ReasonCounter, type CountedReason } from "./row-counts.ts";
import type { DataFormat, DataRow, FoundRow, RowFile } from "./rows/data-row.ts";
import { openRows } from "./rows/open-rows.ts";
import { isLeftOut, type DataReading, type ReadProblem } from "./shapes/reading.ts";
import { recognise, type RecogniseOptions } from "./shapes/recognise.ts";
import { valueAt } from "./shapes/row-values.ts";
import { findData, type DataPart, type DataSource, type FindDataOptions } from "./sources/find-data.ts";
import { splitNamed } from "./split-names.ts";

/** Rows by which data are recognised, and bytes of them. */
const SAMPLE_ROWS = 500;
const SAMPLE_BYTES = 16_000_000;
/** Up to so many rows every gold is checked; of more, about as many as the second says. */
const ALL_CHECKED = 100_000;
const SOME_CHECKED = 20_000;
const MOST_ROWS = 16_000_000;
/** The share of damaged rows from which data are refused. */
const MOST_DAMAGED = 0.05;

/** How data are read. */
export interface ReadProblemsOptions extends RecogniseOptions, FindDataOptions {
  /** Data to measure on, apart from those to learn from. */
  readonly evalData?: string;
  /** Checks that golds are right against themselves; golds are not checked where absent. */
  readonly verifiers?: GoldVerifiers;
  /** Leaves damaged rows out however many they are; over 5 % are an error otherwise. */
  readonly skipUnreadable?: boolean;
  readonly signal?: AbortSignal;
  /** Told how many rows were read. */
  readonly onProgress?: (rows: number) => void;
}

/** What of the rows of some data came to be used. */
export interface RowCounts extends RepeatCounts {
  readonly rows: number;
  /** Damaged rows, by reason. */
  readonly damaged: readonly CountedReason[];
  /** Rows that are left out as the data's own columns say, by reason. */
  readonly leftOut: readonly CountedReason[];
  readonly goldsChecked: number;
}

/** Data that were read once: their questions can be had one by one. */
export interface ProblemFile {
  readonly name: string;
  readonly formats: readonly DataFormat[];
  readonly files: number;
  readonly reading: DataReading;
  readonly counts: RowCounts;
  readonly index: ProblemIndex;
  readonly indices: SplitIndices;
  readonly rule: SplitRule;
  /** SHA-256 over questions, golds and splits, in their order. */
  readonly digest: string;
  /** The problem at an index of the index's table. */
  problem(index: number): Promise<ReadProblem>;
  close(): Promise<void>;
}

/**
 * Reads data once, row by row: recognises its form, counts what can't be used, leaves repeated questions out, and
 * parts what is left into splits. A million rows take some seconds, and no more memory than their places.
 *
 * @param source a file, a folder, `hf:owner/name`, or `-` for standard input
 * @throws OptionError where the form is unknown or ambiguous, no row can be used, or over 5 % are damaged
 * @throws RunError where a file can't be read
 */
export async function readProblems(source: string, options: ReadProblemsOptions = {}): Promise<ProblemFile> {
  return readProblemsOf(await findData(source, options), options);
}

/** The same of data that were found; they are closed with what is read. */
export async function readProblemsOf(source: DataSource, options: ReadProblemsOptions): Promise<ProblemFile> {
  const reader = new ProblemReader(options);
  try {
    await reader.open(source, null);
    if (options.evalData !== undefined) {
      const { subset: _config, ...others } = options;
      await reader.open(await findData(options.evalData, others), "heldOut");
    }
    return await reader.finish();
  } catch (error) {
    await reader.close();
    throw error;
  }
}

class ProblemReader {
  private readonly sources: DataSource[] = [];
  private readonly files: RowFile[] = [];
  private readonly readings: DataReading[] = [];
  private readonly index = new ProblemIndex();
  private readonly damaged = new ReasonCounter();
  private readonly leftOut = new ReasonCounter();
  private readonly digest = createHash("sha256");
  private digested = "";
  private rows = 0;
  private goldsChecked = 0;
  private checkEvery = 1;

  constructor(private readonly options: ReadProblemsOptions) {}

  /** @param split of all rows, whatever they say; null where they or their files do */
  async open(source: DataSource, split: Split | null): Promise<void> {
    this.sources.push(source);
    const { reading, rowBytes } = await this.recognised(source);
    for (const [i, part] of source.parts.entries()) {
      const file = await openRows(part.path, { name: part.name, columns: reading.columns });
      if (i === 0) this.checkEvery = checkStep((await unpackedSize(source.parts, file.bytes)) / rowBytes);
      this.files.push(file);
      this.readings.push(reading);
      for await (const rows of file.rows()) {
        this.tell();
        if (this.rows + rows.length > MOST_ROWS)
          throw new OptionError(
            `Expected ${show(source.name)} to hold at most ${MOST_ROWS} rows, got more; take a part of it.`,
          );
        for (const found of rows) {
          this.rows++;
          const waits = this.take(found, part, split);
          if (waits !== undefined) await waits;
        }
      }
    }
  }

  async finish(): Promise<ProblemFile> {
    const { index, files, readings } = this;
    const counts = this.counts();
    const name = this.sources[0]!.name;
    const { indices, rule } = index.splits();
    if (indices.train.length + indices.heldOut.length === 0) throw this.nothing(name, counts);
    if (this.options.skipUnreadable !== true && this.damaged.total > MOST_DAMAGED * this.rows)
      throw this.tooDamaged(name, counts);
    if (indices.train.length === 0)
      throw new OptionError(
        `Expected ${show(name)} to have questions to learn from, got those of its test split alone; give another file, or all of them.`,
      );
    return {
      name,
      formats: [...new Set(files.map(({ format }) => format))],
      files: files.length,
      reading: readings[0]!,
      counts,
      index,
      indices,
      rule: this.options.evalData === undefined ? rule : "evaluation data apart",
      digest: this.digest.update(this.digested).digest("hex"),
      problem: async (at) => {
        const { part, start, end } = index.table.at(at);
        const read = readings[part]!.read(await files[part]!.read({ start, end }));
        if (isLeftOut(read))
          throw new OptionError(
            `Expected a question in ${show(files[part]!.path)}, got ${read.leftOut}; it changed, start again.`,
          );
        return read;
      },
      close: () => this.close(),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
    for (const source of this.sources) source.close();
  }

  private tell(): void {
    this.options.signal?.throwIfAborted();
    this.options.onProgress?.(this.rows);
  }

  /** The reading of a source by its first rows. */
  private async recognised({
    name,
    parts,
  }: DataSource): Promise<{ readonly reading: DataReading; readonly rowBytes: number }> {
    const [first] = parts;
    const file = await openRows(first!.path, { name: first!.name, rows: SAMPLE_ROWS });
    const rows: DataRow[] = [];
    let fault: string | null = null;
    let bytes = 0;
    try {
      for await (const some of file.rows()) {
        for (const found of some.slice(0, SAMPLE_ROWS - rows.length)) {
          if (found.fault !== undefined) fault ??= found.fault.message;
          else rows.push(found.row);
          bytes = found.end;
        }
        if (rows.length === SAMPLE_ROWS || bytes > SAMPLE_BYTES) break;
      }
    } finally {
      await file.close();
    }
    if (rows.length === 0)
      throw new OptionError(
        fault ??
          `Expected ${show(first!.name)} to hold rows, got ${file.format === "CSV" ? "a header alone" : "none"}; write one row a line.`,
      );
    const reading = recognise(rows, name, this.options);
    this.verifierOf(reading.kind);
    return { reading, rowBytes: Math.max(1, bytes) / rows.length };
  }

  private verifierOf(kind: DataReading["kind"]): GoldVerifier | null {
    const { verifiers } = this.options;
    if (verifiers === undefined) return null;
    const found = verifiers[kind];
    if (found !== undefined) return found;
    throw new OptionError(
      `Expected data whose answers can be verified as ${Object.keys(verifiers).join(", ")}, got the kind ${kind}; name another as \`kind\`.`,
    );
  }

  private take(found: FoundRow, part: DataPart, given: Split | null): void | Promise<void> {
    if (found.fault !== undefined) return this.damaged.add(found.fault.reason, found.fault.message);
    const reading = this.readings.at(-1)!;
    const read = reading.read(found.row);
    if (isLeftOut(read)) return (read.damaged ? this.damaged : this.leftOut).add(read.leftOut, rowName(found, part));
    const own = this.splitOf(found.row, part, reading);
    if (own === undefined)
      return this.damaged.add(`no split that is known in ${show(reading.splitColumn)}`, rowName(found, part));
    const split = given ?? (this.options.evalData !== undefined && own === "heldOut" ? "validation" : own);
    const unusable = this.unusable(read, reading);
    // What needs no waiting doesn't wait, nor makes a function: a million rows pass here.
    if (typeof unusable === "object" && unusable !== null)
      return unusable.then((reason) => this.settle(read, split, { found, part, unusable: reason }));
    return this.settle(read, split, { found, part, unusable });
  }

  private settle(
    read: ReadProblem,
    split: Split | null,
    { found, part, unusable }: { readonly found: FoundRow; readonly part: DataPart; readonly unusable: string | null },
  ): void | Promise<void> {
    if (unusable !== null)
      return this.damaged.add("a gold that can't be read", `${rowName(found, part)}: ${show(read.gold)}, ${unusable}`);
    this.addToDigest(read, split);
    const place = { part: this.files.length - 1, start: found.start, end: found.end };
    const reading = this.readings.at(-1)!;
    const row = { ...this.identity(read, reading), place, split };
    const earlier = this.index.add(row);
    if (earlier < 0) return;
    return this.index.repeat(earlier, row, (at) => this.sameGold(at, read, reading));
  }

  /** Undefined for a value of the split's column that names none. */
  private splitOf(row: DataRow, part: DataPart, { splitColumn }: DataReading): Split | null | undefined {
    if (splitColumn === null) return part.split;
    return splitNamed(valueAt(row, splitColumn)) ?? undefined;
  }

  private unusable({ gold, kind }: ReadProblem, reading: DataReading): string | null | Promise<string | null> {
    if (this.rows % this.checkEvery !== 0) return null;
    const verifier = this.verifierOf(kind ?? reading.kind);
    if (verifier === null) return null;
    this.goldsChecked++;
    return unusableGold(verifier, gold);
  }

  /** By what a question is known again. */
  private identity({ question, gold, kind }: ReadProblem, reading: DataReading): QuestionIdentity {
    return (kind ?? reading.kind) === "choice" ? choiceIdentity(question, gold) : { question, gold };
  }

  private async sameGold({ part, start, end }: TablePlace, later: ReadProblem, reading: DataReading): Promise<boolean> {
    const earlier = this.readings[part]!.read(await this.files[part]!.read({ start, end }));
    const verifier = this.verifierOf(later.kind ?? reading.kind);
    if (verifier === null || isLeftOut(earlier)) return false;
    if ((later.kind ?? reading.kind) === "choice")
      return this.identity(earlier, reading).gold === this.identity(later, reading).gold;
    return (await verifier.verify(earlier.gold, later.gold)).kind === "right";
  }

  private addToDigest({ question, gold }: ReadProblem, split: Split | null): void {
    this.digested += `${question}\0${gold}\0${split ?? ""}\n`;
    if (this.digested.length < 65_536) return;
    this.digest.update(this.digested);
    this.digested = "";
  }

  private counts(): RowCounts {
    return {
      rows: this.rows,
      ...this.index.repeats,
      damaged: this.damaged.list(),
      leftOut: this.leftOut.list(),
      goldsChecked: this.goldsChecked,
    };
  }

  private nothing(name: string, { damaged, leftOut, contradictions }: RowCounts): OptionError {
    const [first] = [...damaged, ...leftOut];
    const said =
      first === undefined
        ? `${contradictions} that contradict each other`
        : `${first.count} with ${first.reason} (${first.first})`;
    return new OptionError(`Expected ${show(name)} to have questions with golds, got ${this.rows} rows, ${said}.`);
  }

  private tooDamaged(name: string, { damaged }: RowCounts): OptionError {
    const [first] = damaged;
    return new OptionError(
      `Expected at most ${100 * MOST_DAMAGED} % of the rows of ${show(name)} to be damaged, got ${this.damaged.total} of ${this.rows}, most with ${first!.reason} (${first!.first}); mend them, or leave them out with \`skipUnreadable\`.`,
    );
  }
}

function rowName({ number }: FoundRow, { name }: DataPart): string {
  return `row ${number} of ${show(name)}`;
}

/** Of as many rows every gold is checked, or one in so many. */
function checkStep(rows: number): number {
  return rows <= ALL_CHECKED ? 1 : Math.ceil(rows / SOME_CHECKED);
}

/** Bytes of all parts as their rows are read, where the first comes to so many. */
async function unpackedSize(parts: readonly DataPart[], firstBytes: number): Promise<number> {
  const sizes = await Promise.all(parts.map(async ({ path }) => (await stat(path)).size));
  return (firstBytes / Math.max(1, sizes[0]!)) * sizes.reduce((sum, size) => sum + size, 0);
}
