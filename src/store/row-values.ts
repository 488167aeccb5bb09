import { RunError } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { misfitText, type Shape } from "./shape.ts";
import type { SqliteDatabase } from "./sqlite.ts";

const MOST_CONTAINERS = 2 ** 19;

/** A column of bytes or text as bytes, null where it is larger than that: it is measured before it is read. */
export function boundedColumn(name: string, most: number): string {
  return `CASE WHEN octet_length(${name}) <= ${most} THEN CAST(${name} AS BLOB) END AS ${name}`;
}

/** Text is read as bytes; sqlite.ts says why. @throws RunError for bytes that are not UTF-8 */
export function decodeText(value: unknown, where: string): string {
  try {
    return decoder.decode(decodeBytes(value, where));
  } catch (error) {
    throw error instanceof RunError ? error : damagedRow(where, "expected text, got bytes that are not UTF-8");
  }
}

/** @throws RunError for what a bounded column left out */
export function decodeBytes(value: unknown, where: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw damagedRow(where, "expected a value of a usual size, got none or one that is too large");
}

/** @throws RunError for text that is not JSON, nests too deep or is of another shape */
export function decodeJson<T>(value: unknown, shape: Shape, where: string): T {
  const bytes = decodeBytes(value, where);
  decodeText(bytes, where);
  const json = foreignJson(bytes, MOST_CONTAINERS);
  if (json.expected !== undefined)
    throw damagedRow(where, `expected ${json.expected}, got ${json.got ?? "something else"}`);
  checkShape(json.value, shape, where);
  return json.value as T;
}

/** @throws RunError naming the row and the field that doesn't fit */
export function checkShape(value: unknown, shape: Shape, where: string): void {
  const misfit = shape(value);
  if (misfit !== null) throw damagedRow(where, misfitText(misfit));
}

/** @throws RunError for anything but an integer within bounds */
export function decodeInteger(value: unknown, most: number, where: string): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return value as number;
  throw damagedRow(where, `expected an integer from 0 to ${most}, got ${String(value)}`);
}

/** @param where the table and the row: `metrics, step 3` */
export function damagedRow(where: string, what: string): RunError {
  return new RunError(
    `The run database holds a row that can't be read (${where}: ${what}): it is damaged, or not of this program; restore it from a copy, or start a new run.`,
  );
}

/**
 * What a walk through a table may read: no more than its files hold. Rows of a crafted file can share their bytes, so
 * that a small file reads like a large one.
 */
export class ReadBudget {
  private read = 0;
  private most: number;

  constructor(private readonly database: SqliteDatabase) {
    this.most = database.bytes();
  }

  take(bytes: number, where: string): void {
    this.read += bytes;
    // A run that is going on has grown.
    if (this.read > this.most) this.most = this.database.bytes();
    if (this.read > this.most) throw damagedRow(where, "its rows hold more than the file does");
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
