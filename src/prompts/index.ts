export { COMPACT_WORDS, compactPrompt } from "./compact-template.ts";
export { parseCompletion, type ParsedCompletion } from "./parse-completion.ts";
export type { PromptTemplate } from "./prompt-template.ts";
export { r1ZeroPrompt } from "./r1-zero-template.ts";
export { SPECIAL_TOKENS } from "./special-tokens.ts";
export { findTemplate } from "./templates.ts";
