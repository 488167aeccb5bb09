import { OptionError, show } from "../../errors.ts";
import { lineBatches, type ByteLine } from "../../host/byte-lines.ts";
import { LONGEST_ROW, type DataRow, type FoundRow, type RowFault } from "./data-row.ts";
import { brokenText } from "./json-row.ts";

const [QUOTE, RETURN] = [0x22, 0x0d];
const SEPARATORS = [",", "\t", ";", "|"] as const;

/** The first record of a CSV file. */
export interface CsvHeader {
  /** As they stand; one without a name is not read. */
  readonly columns: readonly string[];
  /** The names that are read, and their places. */
  readonly named: readonly (readonly [name: string, place: number])[];
  readonly separator: string;
}

interface CsvRecord {
  readonly fields: readonly string[] | null;
  /** What is wrong where there are no fields. */
  readonly fault: "text" | "quote" | null;
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The header of a CSV file. The separator is the one that parts it into the most columns.
 *
 * @throws OptionError for a header that names no columns, or one twice
 */
export async function csvHeader(path: string, name: string = path): Promise<CsvHeader> {
  let best: CsvHeader | null = null;
  for (const separator of SEPARATORS) {
    for await (const [{ fields }] of csvRecords(path, separator, name)) {
      const columns = (fields ?? []).map((field) => field.trim());
      if (fields !== null && columns.length > (best?.columns.length ?? 0))
        best = { columns, named: namedColumns(columns), separator };
      break;
    }
  }
  const named = best?.named.map(([column]) => column) ?? [];
  if (best === null || named.length < 2)
    throw new OptionError(
      `Expected the first line of ${show(name)} to name the columns of a table (CSV), got ${named.length === 1 ? `one column, ${show(named[0])}` : "none"}; give a .jsonl, .json, .csv or .parquet file.`,
    );
  const twice = named.find((column, i) => named.indexOf(column) !== i);
  if (twice === undefined) return best;
  throw new OptionError(
    `Expected the columns of ${show(name)} to differ, got ${show(twice)} twice; rename or remove one.`,
  );
}

/**
 * The rows of a CSV file (RFC 4180): fields may be quoted and then hold separators, line ends and doubled quotes. Every
 * value is a text. Own reader of forty lines: packages for Node don't tell where a record stands in the file.
 *
 * @throws OptionError for a record of more than 10 MB, such as one that no quote ends
 */
export async function* csvRows(
  path: string,
  header: CsvHeader,
  name: string = path,
): AsyncGenerator<readonly FoundRow[]> {
  let first = true;
  for await (const records of csvRecords(path, header.separator, name)) {
    const rows = first ? records.slice(1) : records;
    first = false;
    yield rows.map((record) => foundRow(record, header, name));
  }
}

function foundRow(
  { fields, fault, number, start, end }: CsvRecord,
  { columns, named }: CsvHeader,
  name: string,
): FoundRow {
  if (fields !== null && fits(fields, columns)) return { number, start, end, row: rowOf(fields, named) };
  const where = `line ${number} of ${show(name)}`;
  if (fields !== null) return { number, start, end, fault: otherCount(fields, columns, where) };
  return { number, start, end, fault: fault === "text" ? brokenText(where) : brokenQuote(where) };
}

/** A name that stands for no column of an object is passed over as none is. */
function namedColumns(columns: readonly string[]): (readonly [name: string, place: number])[] {
  return columns.flatMap((name, place) => (name === "" || name === "__proto__" ? [] : [[name, place] as const]));
}

/** The row of a record's text. */
export function parseCsvRow(text: string, header: CsvHeader, where: () => string): { row?: DataRow; fault?: RowFault } {
  const reader = new RecordReader(header.separator);
  const lines = text.replace(/\r?\n$/, "").split("\n");
  for (const [i, line] of lines.entries())
    if (i > 0) reader.more(line);
    else reader.begin(line);
  const fields = reader.fields();
  if (fields === null) return { fault: brokenQuote(where()) };
  if (!fits(fields, header.columns)) return { fault: otherCount(fields, header.columns, where()) };
  return { row: rowOf(fields, header.named) };
}

/** Separators at the end are a habit of spreadsheets. */
function fits(fields: readonly string[], { length }: CsvHeader["columns"]): boolean {
  if (fields.length === length) return true;
  return fields.length > length && fields.slice(length).every((field) => field === "");
}

function rowOf(fields: readonly string[], named: CsvHeader["named"]): DataRow {
  const row: Record<string, string> = {};
  for (const [name, place] of named) row[name] = fields[place]!;
  return row;
}

function otherCount(fields: readonly string[], { length }: CsvHeader["columns"], where: string): RowFault {
  return {
    reason: "another number of fields than the header",
    message: `Expected ${where} to have the ${length} fields of the header, got ${fields.length}; quote fields that hold a separator.`,
  };
}

function brokenQuote(where: string): RowFault {
  return {
    reason: "a quote that does not end",
    message: `Expected the quoted field of ${where} to end with a quote and a separator, got something else; double a quote that belongs to the text.`,
  };
}

/** The records of a file, the header among them; never an empty piece. */
async function* csvRecords(
  path: string,
  separator: string,
  name: string,
): AsyncGenerator<readonly [CsvRecord, ...CsvRecord[]]> {
  const records = new CsvRecords(separator, name);
  for await (const lines of lineBatches(path, LONGEST_ROW, name)) {
    const found: CsvRecord[] = [];
    for (const line of lines) {
      const record = records.take(line);
      if (record !== null) found.push(record);
    }
    if (isSome(found)) yield found;
  }
  const last = records.rest();
  if (last !== null) yield [last];
}

function isSome(records: CsvRecord[]): records is [CsvRecord, ...CsvRecord[]] {
  return records.length > 0;
}

/** Puts lines together to records. */
class CsvRecords {
  private readonly reader: RecordReader;
  private start = 0;
  private end = 0;
  private number = 0;

  constructor(
    separator: string,
    private readonly name: string,
  ) {
    this.reader = new RecordReader(separator);
  }

  /** The record that a line ends; null where it goes on, and for an empty line. */
  take({ text, number, end }: ByteLine): CsvRecord | null {
    const { reader } = this;
    this.end = end;
    if (end - this.start > LONGEST_ROW)
      throw new OptionError(
        `Expected the record at line ${this.number} of ${show(this.name)} to have at most ${LONGEST_ROW / 1e6} MB, got more; look for a quote that does not end.`,
      );
    if (!reader.open) {
      this.number = number;
      if (text !== null && isBlank(text)) {
        this.start = end;
        return null;
      }
    }
    if (text === null) reader.abandon();
    else if (reader.open) reader.more(text);
    else reader.begin(text);
    if (reader.open) return null;
    return this.record(text === null ? null : reader.fields(), text === null ? "text" : "quote");
  }

  /** What a quote that never ends has swallowed. */
  rest(): CsvRecord | null {
    return this.reader.open ? this.record(null, "quote") : null;
  }

  private record(fields: readonly string[] | null, fault: "text" | "quote"): CsvRecord {
    const { number, start, end } = this;
    this.start = end;
    return { fields, fault: fields === null ? fault : null, number, start, end };
  }
}

/** Reads one record, a line at a time. */
class RecordReader {
  /** Within a quoted field that goes on with the next line. */
  open = false;
  private found: string[] = [];
  private text = "";
  private broken = false;

  constructor(private readonly separator: string) {}

  begin(line: string): void {
    [this.found, this.text, this.broken] = [[], "", false];
    this.read(line, 0, false);
  }

  /** The next line of a record that is open. */
  more(line: string): void {
    this.text += "\n";
    this.read(line, 0, true);
  }

  abandon(): void {
    this.open = false;
  }

  /** Null where a quote ends within a field, or not at all. */
  fields(): readonly string[] | null {
    return this.broken || this.open ? null : this.found;
  }

  private read(line: string, from: number, quoted: boolean): void {
    const lineEnd = line.charCodeAt(line.length - 1) === RETURN ? line.length - 1 : line.length;
    let at = from;
    let within = quoted;
    for (;;) {
      if (!within && line.charCodeAt(at) === QUOTE) {
        within = true;
        at++;
      }
      if (within) {
        const after = this.readQuoted(line, at);
        if (after < 0) return;
        at = after;
        within = false;
        if (at < lineEnd && line[at] !== this.separator) this.broken = true;
      }
      const separator = line.indexOf(this.separator, at);
      this.add(line.slice(at, separator < 0 ? lineEnd : separator));
      this.found.push(this.text);
      this.text = "";
      if (separator < 0) return;
      at = separator + 1;
    }
  }

  private add(piece: string): void {
    this.text = this.text === "" ? piece : this.text + piece;
  }

  /** Where the text after a closing quote goes on; -1 where the field goes on with the next line. */
  private readQuoted(line: string, from: number): number {
    let quote = line.indexOf('"', from);
    let doubled = false;
    while (quote >= 0 && line.charCodeAt(quote + 1) === QUOTE) {
      doubled = true;
      quote = line.indexOf('"', quote + 2);
    }
    this.open = quote < 0;
    const text = line.slice(from, this.open ? line.length : quote);
    this.add(doubled ? text.replaceAll('""', '"') : text);
    return this.open ? -1 : quote + 1;
  }
}

/** Nearly every line begins with something else than white space. */
function isBlank(line: string): boolean {
  return !(line.charCodeAt(0) > 0x20) && line.trim() === "";
}
