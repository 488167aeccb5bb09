import { readFile } from "node:fs/promises";

/** What supervised fine-tuning learns from. */
export interface TrainingExample {
  readonly prompt: string;
  readonly completion: string;
  readonly problemId?: string;
}

export async function readExamples(path: string): Promise<TrainingExample[]> {
  const text = await readFile(path.endsWith(".jsonl") ? path : `${path}/data.jsonl`, "utf8");
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as TrainingExample);
}
