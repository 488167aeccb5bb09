import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { openSqlite } from "../../src/store/sqlite.ts";

const PAGE = 4096;
const SECTOR = 512;
const NONCE = 0x12345678;
const MAGIC = Buffer.from([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);

/**
 * Makes a database with a hot rollback journal that names a super-journal: SQLite deletes that file when the database
 * is opened to write.
 */
export function makeHotJournal(path: string, victim: string): void {
  rmSync(path, { force: true });
  const database = openSqlite(path);
  database.exec("PRAGMA journal_mode = DELETE; PRAGMA user_version = 1");
  database.close();
  addHotJournal(path, victim);
}

/** The same for a database that is there. */
export function addHotJournal(path: string, victim: string): void {
  const bytes = readFileSync(path);
  const page = bytes.subarray(0, PAGE);
  let check = NONCE;
  for (let at = PAGE - 200; at > 0; at -= 200) check = (check + page[at]!) >>> 0;
  const header = Buffer.alloc(SECTOR);
  Buffer.concat([MAGIC, words(1, NONCE, bytes.length / PAGE, SECTOR, PAGE)]).copy(header);
  const name = Buffer.from(victim);
  const total = name.reduce((sum, byte) => sum + (byte < 128 ? byte : byte - 256), 0) >>> 0;
  const ending = Buffer.concat([words(0x40000000 / PAGE + 1), name, words(name.length, total), MAGIC]);
  writeFileSync(`${path}-journal`, Buffer.concat([header, words(1), page, words(check), ending]));
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}
