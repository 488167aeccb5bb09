import type { Problem } from "../records/problem.ts";

/** Makes the prompt that a model reads from a problem. */
export type PromptTemplate = (problem: Problem) => string;
