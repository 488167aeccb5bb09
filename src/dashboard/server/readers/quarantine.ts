import { lstatSync } from "node:fs";
import { join } from "node:path";
import { RUN_DATABASE } from "../../../store/run-files.ts";

/** What a reading of a run may stumble over, its tokenizer among it; what a reader itself touches is not. */
const NAMES: readonly string[] = [
  RUN_DATABASE,
  `${RUN_DATABASE}-wal`,
  `${RUN_DATABASE}-journal`,
  "run.lock",
  "run.lock-journal",
  "final/tokenizer.json",
  "final/tokenizer_config.json",
  "checkpoints",
];

/** Changes whenever something is written to a run that a reader reads. */
export function filesOf(folder: string): string {
  return NAMES.map((name) => {
    try {
      const { ino, size, mtimeMs, ctimeMs } = lstatSync(join(folder, name));
      return `${ino}:${size}:${mtimeMs}:${ctimeMs}`;
    } catch {
      // Gone, or without permission: reading it says which.
      return "";
    }
  }).join(" ");
}

/** Runs that a reader died of: they are left alone until their files change. */
export class Quarantine {
  private readonly kept = new Map<string, { readonly files: string; readonly error: Error }>();

  add(folder: string, error: Error): void {
    this.kept.set(folder, { files: filesOf(folder), error });
  }

  /** @throws what the last reading of this run ended with */
  check(folder: string): void {
    const found = this.kept.get(folder);
    if (found === undefined) return;
    if (found.files === filesOf(folder)) throw found.error;
    this.kept.delete(folder);
  }
}
