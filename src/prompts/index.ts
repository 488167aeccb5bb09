export { COMPACT_WORDS, compactPrompt } from "./compact-template.ts";
export { parseCompletion, type ParsedCompletion } from "./parse-completion.ts";
export type { PromptTemplate } from "./prompt-template.ts";
export { r1ZeroPrompt } from "./r1-zero-template.ts";
export { SPECIAL_TOKENS } from "./special-tokens.ts";
export { findTemplate } from "./templates.ts";
export { readTemplate } from "./read-template.ts";
export { compactTemplates, textTemplates, type NamedTemplate, type TranslateQuestion, type WorkedExample } from "./template-set.ts";
