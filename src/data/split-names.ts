import type { Split } from "../records/problem.ts";

/** What data sets call their parts. */
const NAMES: ReadonlyMap<string, Split> = new Map([
  ...["train", "training", "trn"].map((name) => [name, "train"] as const),
  ...["validation", "valid", "val", "dev", "development"].map((name) => [name, "validation"] as const),
  ...["test", "testing", "tst", "eval", "evaluation", "heldout"].map((name) => [name, "heldOut"] as const),
]);

/** The split that a name stands for, whatever its case; null for none. */
export function splitNamed(name: unknown): Split | null {
  return typeof name === "string" ? (NAMES.get(name.toLowerCase().replace(/[-_\s]/g, "")) ?? null) : null;
}

/** The split that a file's name stands for: `train-00000-of-00002.parquet`, `data/test/0.jsonl`; null for none. */
export function splitOfFile(path: string): Split | null {
  const words = path.split(/[/\\]/).flatMap((part) => [part, ...part.split(/[-_.]/)]);
  return words.reduce<Split | null>((found, word) => splitNamed(word) ?? found, null);
}
