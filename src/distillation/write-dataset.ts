import { mean } from "../numbers/metrics.ts";
import { writeFolderAtomically } from "../host/write-folder.ts";
import type { TrainingExample } from "../data/training-example.ts";
import { DROP_REASONS, type DropReason } from "./filter-completions.ts";

/** What the card of a data set says of where it comes from. */
export interface DatasetFacts {
  readonly title: string;
  /** For example the policy that was sampled, with the hash of its weights. */
  readonly source: string;
  readonly task: string;
  readonly sampling: Readonly<Record<string, string | number>>;
  readonly sampled: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  readonly rewritten: string;
}

/** The file of a data set that examples are read from. */
export const DATASET_FILE = "data.jsonl";

/** Writes a data set and its card into a folder, whole or not at all. */
export async function writeDataset(
  folder: string,
  examples: readonly TrainingExample[],
  facts: DatasetFacts,
): Promise<void> {
  const data = examples.map((example) => `${JSON.stringify(example)}\n`).join("");
  await writeFolderAtomically(
    folder,
    new Map([
      [DATASET_FILE, data],
      ["README.md", datasetCard(examples, facts)],
    ]),
  );
}

export function datasetCard(examples: readonly TrainingExample[], facts: DatasetFacts): string {
  const problems = new Set(examples.map(({ problemId }) => problemId)).size;
  const words = mean(examples.map(({ completion }) => completion.split(/\s+/).length));
  const rows = DROP_REASONS.flatMap((reason) =>
    facts.dropped[reason] > 0 ? [`| ${reason} | ${facts.dropped[reason]} |`] : [],
  );
  return [
    `# ${facts.title}`,
    "",
    `${examples.length} completions of ${problems} problems of the task ${facts.task}, ${words.toFixed(1)} words each. Source: ${facts.source}. Rewriting: ${facts.rewritten}.`,
    "",
    `Sampling: ${Object.entries(facts.sampling)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}. Sampled: ${facts.sampled}.`,
    "",
    "| dropped because | completions |",
    "|---|---|",
    ...rows,
    "",
    `Each line of ${DATASET_FILE} has \`prompt\`, \`completion\` and \`problemId\`.`,
    "",
  ].join("\n");
}
