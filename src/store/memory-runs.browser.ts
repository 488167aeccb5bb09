import { RunError, show } from "../errors.ts";
import type { RunConfig } from "../records/run-event.ts";
import { openMemorySqlite, type MemoryDatabase } from "./memory-sqlite.browser.ts";
import { distrust } from "./own-schema.ts";
import { checkSchema, checkWhole, createSchema } from "./run-schema.ts";
import { RunStore } from "./run-store.ts";

/** A run that lies in memory, under the name that takes a folder's place. */
interface MemoryRun {
  readonly database: MemoryDatabase;
  /** Differs from all before it. */
  readonly number: number;
  /** Whether steps may still come. */
  written: boolean;
  /** When it was written last, in milliseconds since 1970. */
  time: number;
}

const runs = new Map<string, MemoryRun>();
let made = 0;

/** Begins a run; one of that name is forgotten. */
export function createMemoryRun(name: string, config: RunConfig): RunStore {
  const database = openMemorySqlite(name);
  distrust(database);
  createSchema(database, JSON.stringify(config));
  keep(name, database, true);
  return storeOf(database);
}

/**
 * Opens the run in a file's bytes, which may be anybody's; one of that name is forgotten then.
 *
 * @param file its name, for messages
 * @throws RunError where it is no run, is damaged, or was changed by another program; nothing is changed then
 */
export function openMemoryRun(name: string, file: string, bytes: Uint8Array): void {
  const neverBegan = (): RunError => new RunError(`The run in ${show(file)} was stopped before it began.`);
  if (bytes.length === 0) throw neverBegan();
  const database = openMemorySqlite(file, bytes);
  try {
    distrust(database);
    if (checkSchema(database, file) === "empty") throw neverBegan();
    checkWhole(database, file);
    // Reads the config.
    storeOf(database);
  } catch (error) {
    database.close();
    throw error;
  }
  keep(name, database, false);
}

/** Says that a run was written to, and whether it will be again. */
export function noteMemoryRun(name: string, written: boolean): void {
  const run = runs.get(name);
  if (run !== undefined) Object.assign(run, { written, time: Date.now() });
}

export function forgetMemoryRun(name: string): void {
  runs.get(name)?.database.close();
  runs.delete(name);
}

/** The names of the runs there are. */
export function memoryRunNames(): string[] {
  return [...runs.keys()];
}

/** A run by its name. */
export function memoryRun(name: string): Readonly<MemoryRun> | undefined {
  return runs.get(name);
}

/** A run's store, which can be closed without the run being lost. */
export function storeOf(database: MemoryDatabase): RunStore {
  const shared = new Proxy(database, {
    get(target, property) {
      if (property === "close") return () => undefined;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return new RunStore(shared, undefined);
}

function keep(name: string, database: MemoryDatabase, written: boolean): void {
  runs.get(name)?.database.close();
  runs.set(name, { database, number: made++, written, time: Date.now() });
}
