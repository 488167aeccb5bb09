/** Where hosts and data put the thinking of models that show it: DeepSeek and vLLM, OpenRouter, Ollama. */
const REASONING: readonly string[] = ["reasoning_content", "reasoning", "thinking"];

/** The text of a message, with the thinking that stands in a field of its own between its tags. */
export function withReasoning(message: Readonly<Record<string, unknown>>, content: string): string {
  const thinking = REASONING.map((name) => message[name]).find(
    (value): value is string => typeof value === "string" && value.trim() !== "",
  );
  if (thinking === undefined || content.includes("</think>")) return content;
  return `<think>\n${thinking.trim()}\n</think>\n\n${content.trim()}`;
}
