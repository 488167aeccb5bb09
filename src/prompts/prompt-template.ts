import type { Problem } from "../tasks/task.ts";

/** Makes the prompt that a model reads from a problem. */
export type PromptTemplate = (problem: Problem) => string;
