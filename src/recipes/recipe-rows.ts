import type { Problem, Split } from "../records/problem.ts";
import type { RecipeEngine } from "./recipe-rules.ts";

/** A problem as it is asked elsewhere. */
export interface AskedProblem {
  readonly problem: Problem;
  /** The whole prompt, as the model reads it. */
  readonly prompt: string;
  readonly split: Split;
  readonly index: number;
  readonly task: string;
}

/** What a row says of its problem beside the prompt; `aha import` reads it again. */
interface RowFacts {
  readonly problem: string;
  readonly difficulty: number;
  readonly language?: string;
  readonly gold?: string;
}

/** A message in a chat whose template passes it through: the whole prompt. */
const message = (content: string): object[] => [{ role: "user", content }];

const ROWS: Readonly<Record<RecipeEngine, (asked: AskedProblem) => object>> = {
  trl: ({ problem, prompt }) => ({ prompt, ...factsOf(problem) }),
  verl: ({ problem, prompt, split, index, task }) => ({
    data_source: `aha/${task}`,
    prompt: message(prompt),
    reward_model: { style: "rule", ground_truth: problem.id },
    extra_info: { split, index, ...factsOf(problem) },
  }),
  "prime-rl": ({ problem, prompt }) => ({
    responses_create_params: { input: message(prompt) },
    verifier_metadata: factsOf(problem),
  }),
};

/** A row of the engine's data. */
export function recipeRow(engine: RecipeEngine, asked: AskedProblem): object {
  return ROWS[engine](asked);
}

function factsOf({ id, difficulty, language, data }: Problem): RowFacts {
  const { gold } = (data ?? {}) as { readonly gold?: unknown };
  return {
    problem: id,
    difficulty,
    ...(language === undefined ? {} : { language }),
    ...(typeof gold === "string" ? { gold } : {}),
  };
}

/** Where each engine's rows have their facts. */
export const FACTS_FIELD: Readonly<Record<RecipeEngine, string | null>> = {
  trl: null,
  verl: "extra_info",
  "prime-rl": "verifier_metadata",
};
