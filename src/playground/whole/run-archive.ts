import { zipSync, type Zippable } from "fflate";

/** What an exported run holds. */
export interface ArchivedRun {
  /** Of the folder. */
  readonly name: string;
  /** `run.db`. */
  readonly database: Uint8Array;
  /** Of the trained model, by name. */
  readonly model: ReadonlyMap<string, Uint8Array>;
}

/** A run's folder as a zip file: what `aha show`, `aha report` and `aha dashboard` open once it is unpacked. */
export function runArchive({ name, database, model }: ArchivedRun): Uint8Array<ArrayBuffer> {
  const files: Zippable = { [`${name}/run.db`]: database };
  // Weights hardly shrink.
  for (const [file, bytes] of model)
    files[`${name}/final/${file}`] = [bytes, { level: file.endsWith(".json") ? 6 : 0 }];
  return zipSync(files, { level: 6 }) as Uint8Array<ArrayBuffer>;
}
