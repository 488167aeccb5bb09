/** Where hosts and data put the thinking of models that show it: DeepSeek and vLLM, OpenRouter, Ollama. */
const REASONING: readonly string[] = ["reasoning_content", "reasoning", "thinking", "reasoning_details"];

/** Parts of a content that are thinking, as Anthropic and Mistral name them. */
const THINKING_PARTS: readonly unknown[] = ["thinking", "reasoning", "reasoning.text", "reasoning.summary"];

type Fields = Readonly<Record<string, unknown>>;

/**
 * The text of a message, with the thinking that stands in a field or a part of its own between its tags.
 *
 * @param content what `contentText` gives of it
 */
export function withReasoning(message: Fields, content: string): string {
  const thinking = thinkingOf(message);
  if (thinking === "" || content.includes("</think>")) return content;
  return `<think>\n${thinking}\n</think>\n\n${content.trim()}`;
}

/** What a message says: a text, or the texts of a list of parts without those that are thinking; null for neither. */
export function contentText(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  return content
    .filter((part) => !isThinking(part))
    .map((part) => fieldsOf(part)?.["text"])
    .filter((text) => typeof text === "string")
    .join("\n");
}

function thinkingOf(message: Fields): string {
  const { content, provider_specific_fields: ofProvider } = message;
  const places = [
    ...[message, fieldsOf(ofProvider)].flatMap((fields) => REASONING.map((name) => fields?.[name])),
    Array.isArray(content) ? content.filter(isThinking) : "",
  ];
  return places.map((value) => thoughtText(value, 0).trim()).find((text) => text !== "") ?? "";
}

/** Levels that lists and parts may be inside of each other; Mistral's have two. */
const DEEPEST = 4;

/** A text, or what the parts of a list say. */
function thoughtText(value: unknown, depth: number): string {
  if (typeof value === "string") return value;
  if (depth === DEEPEST) return "";
  if (Array.isArray(value)) return value.map((part) => thoughtText(part, depth + 1)).join("");
  const part = fieldsOf(value);
  return part === null ? "" : thoughtText(part["thinking"] ?? part["text"] ?? part["summary"] ?? "", depth + 1);
}

function isThinking(part: unknown): boolean {
  return THINKING_PARTS.includes(fieldsOf(part)?.["type"]);
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
