export { COMPACT_WORDS, compactPrompt } from "./compact-template.ts";
export { questionInForm } from "./answer-form.ts";
export { chatQuestion } from "./chat-prompt.ts";
export { renderChat, type ChatMessage, type ChatOptions, type ChatTemplate } from "./chat-template.ts";
export { completionAfter, opensThinking, parseCompletion } from "./parse-completion.ts";
export type { ParsedCompletion } from "../records/parsed-completion.ts";
export type { PromptTemplate } from "./prompt-template.ts";
export { contentText, withReasoning } from "./with-reasoning.ts";
export { r1ZeroPrompt } from "./r1-zero-template.ts";
export { ThinkingStream, type CompletionPart } from "./thinking-stream.ts";
export { SPECIAL_TOKENS, TAG_TOKENS } from "./special-tokens.ts";
export { findTemplate } from "./templates.ts";
export { checkTemplateChoice, TEMPLATE_NAMES } from "./template-choice.ts";
export { fileText, readTemplate } from "./read-template.ts";
export {
  COMPACT_FORMS,
  compactContext,
  compactTemplates,
  textTemplates,
  type NamedTemplate,
  type TranslateQuestion,
  type WorkedExample,
} from "./template-set.ts";
