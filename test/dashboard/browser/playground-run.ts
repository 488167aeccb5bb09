import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createRunStore } from "../../../src/store/index.ts";
import { EVALUATION } from "../../contracts/run-samples.ts";

const MODELS = fileURLToPath(new URL("../../../models/", import.meta.url));

/** What a run whose models can be asked is like. */
export interface PlaygroundRun {
  /** Models of the package by their name, or folders; null for none. */
  readonly base?: string | null;
  readonly trained?: string | null;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Held-out questions, with the prompts that its evaluation kept. */
  readonly asked?: readonly (readonly [question: string, prompt: string])[];
}

/** Makes a finished run of the countdown with models in its folder. */
export function makePlaygroundRun(
  folder: string,
  { base = "countdown-base", trained = "countdown-no-retries-base", config = {}, asked = [] }: PlaygroundRun = {},
): void {
  const store = createRunStore(folder, {
    kind: "zero",
    task: "countdown",
    template: "compact",
    maxCompletionTokens: 80,
    ...config,
  });
  store.recordState("started");
  const firstSamples = asked.map(([question]) => ({ question, text: "", answer: null, score: 0, rejects: false }));
  const kept = asked.map(([, prompt], i) => ({
    step: 0,
    problemIndex: i,
    problemId: `p${i}`,
    prompt,
    difficulty: 0,
    rollout: { promptTokens: [1], tokens: [2], logprobs: [-1], text: "", stop: "end", version: 0, sample: 0 } as const,
    reward: { total: 0, breakdown: {}, verdict: { kind: "wrong", reason: "" } } as const,
    advantage: null,
  }));
  store.recordEvaluation("before", 0, asked.length === 0 ? EVALUATION : { ...EVALUATION, firstSamples }, kept);
  store.recordState("finished");
  store.close();
  putModel(join(folder, "checkpoints", "step-0"), base);
  putModel(join(folder, "final"), trained);
}

function putModel(to: string, name: string | null): void {
  if (name === null) return;
  mkdirSync(to, { recursive: true });
  for (const file of ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
    if (existsSync(resolve(MODELS, name, file))) cpSync(resolve(MODELS, name, file), join(to, file));
}
