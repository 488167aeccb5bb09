import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CheckpointError } from "../errors.ts";
import { widenFloatsInto } from "./float-types.ts";
import { RowReader, type StoredMatrix } from "./row-reader.ts";

/** 1.2 MB, so that it takes several reads. */
const [ROWS, COLUMNS] = [1001, 300];
const VALUES = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => i);

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aha-rows-"));
  path = join(folder, "rows");
  await writeFile(path, Buffer.concat([Buffer.from("head"), Buffer.from(VALUES.buffer)]));
});
afterEach(() => rm(folder, { recursive: true }));

/** The numbers in order, and the rows that came at a time. */
async function readAll(unit: number): Promise<{ readonly values: Float32Array; readonly counts: readonly number[] }> {
  const file = await open(path);
  const matrix: StoredMatrix = {
    file,
    path,
    begin: 4,
    rows: ROWS,
    columns: COLUMNS,
    rowBytes: 4 * COLUMNS,
    unit,
    widen: (bytes, out) => widenFloatsInto("F32", bytes, out),
  };
  try {
    const values = new Float32Array(VALUES.length);
    const counts: number[] = [];
    await new RowReader().read(matrix, (some, row) => {
      values.set(some, row * COLUMNS);
      counts.push(some.length / COLUMNS);
    });
    return { values, counts };
  } finally {
    await file.close();
  }
}

it.each([1, 7, 143, 1001])(
  "gives all rows, %d that belong together never apart, and little at a time",
  async (unit) => {
    const { values, counts } = await readAll(unit);
    expect(values).toEqual(VALUES);
    expect(counts.every((count) => count % unit === 0)).toBe(true);
    expect(counts.length).toBe(unit === 1001 ? 1 : 3);
  },
);

it("says that a file became shorter", async () => {
  await truncate(path, 500_000);
  await expect(readAll(1)).rejects.toThrow(CheckpointError);
});
