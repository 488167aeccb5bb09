export { COMPACT_WORDS, compactPrompt } from "./compact-template.ts";
export { SPECIAL_TOKENS } from "./special-tokens.ts";
import type { Problem } from "../tasks/task.ts";
/** Makes the prompt that a model reads from a problem. */
export type PromptTemplate = (problem: Problem) => string;
export { parseCompletion, type ParsedCompletion } from "./parse-completion.ts";
