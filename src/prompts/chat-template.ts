import { TokenizerError, show } from "../errors.ts";
import { printed } from "./jinja/print-value.ts";
import { renderTemplate, TooLong } from "./jinja/render-template.ts";
import { callable, fromPlain, typeName, type JinjaValue } from "./jinja/values.ts";

/** A model's own way to write a conversation: Jinja text, with the special tokens that the text may name. */
export interface ChatTemplate {
  readonly text: string;
  /** By the names of `tokenizer_config.json`: `bos_token`, `eos_token` and the like. */
  readonly specialTokens: Readonly<Record<string, string>>;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ChatOptions {
  /** Ends where the assistant's turn begins; true where not given. */
  readonly addGenerationPrompt?: boolean;
  /**
   * Passed to the template as `enable_thinking`, which Qwen3's and others know, and as `thinking`, DeepSeek's name for
   * it; their own default where not given.
   */
  readonly enableThinking?: boolean;
}

/** Characters; a conversation that long fits no context. */
const MOST_CHARACTERS = 4e6;
const LONGEST_TEMPLATE = 1e6;

/** A prompt must be the same tomorrow, so every day is the one that Llama's templates give where they are told none. */
const DAY: Readonly<Record<string, string>> = {
  "%d": "26",
  "%m": "07",
  "%b": "Jul",
  "%B": "July",
  "%y": "24",
  "%Y": "2024",
  "%H": "00",
  "%M": "00",
  "%S": "00",
  "%%": "%",
};

/**
 * Writes a conversation as a model was taught to read it. The template is foreign and may run for ever or fill the
 * memory: it belongs into a thread that can be ended (formats/chat/render-chat.ts).
 *
 * @throws TokenizerError where the template is damaged, refuses the conversation, or writes megabytes
 */
export function renderChat(
  { text, specialTokens }: ChatTemplate,
  messages: readonly ChatMessage[],
  { addGenerationPrompt = true, enableThinking }: ChatOptions = {},
): string {
  if (text.length > LONGEST_TEMPLATE)
    throw new TokenizerError(
      `Expected a chat template of at most ${LONGEST_TEMPLATE} characters, got ${text.length}; use another model's.`,
    );
  const names = {
    ...specialTokens,
    messages,
    tools: null,
    documents: null,
    add_generation_prompt: addGenerationPrompt,
    ...(enableThinking === undefined ? {} : { enable_thinking: enableThinking, thinking: enableThinking }),
  };
  const globals = new Map([
    ...GLOBALS,
    ...Object.entries(names).map(([name, value]) => [name, fromPlain(value)] as const),
  ]);
  try {
    return renderTemplate(text, globals, MOST_CHARACTERS);
  } catch (error) {
    if (error instanceof TooLong)
      throw new TokenizerError(
        `Expected the model's chat template to write at most ${MOST_CHARACTERS} characters, got ${error.characters}; correct the template, or use another prompt template.`,
      );
    throw new TokenizerError(
      `Expected the model's chat template to write the conversation, got an error from it: ${show((error as Error).message)}; correct the template, or use another prompt template.`,
    );
  }
}

/** Numbers that a template may count through at once, as in transformers. */
const MOST_NUMBERS = 100_000;

function range(start: number, stop?: number, step: number = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= MOST_NUMBERS)) throw new Error(`range() of ${count} numbers`);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

/** A whole number that a template gave. */
function whole(value: JinjaValue | undefined): number {
  if (typeof value === "number") return value;
  throw new Error(`expected a whole number, got ${typeName(value)}`);
}

/** What transformers gives every template besides its own names. */
const GLOBALS: ReadonlyMap<string, JinjaValue> = new Map<string, JinjaValue>([
  [
    "raise_exception",
    callable("raise_exception", (message) => {
      throw new Error(printed(message ?? ""));
    }),
  ],
  [
    "range",
    callable("range", (start, stop, step) =>
      range(whole(start), stop === undefined ? undefined : whole(stop), step === undefined ? 1 : whole(step)),
    ),
  ],
  [
    "strftime_now",
    callable("strftime_now", (format) =>
      printed(format ?? "").replaceAll(/%[a-zA-Z%]/g, (directive) => DAY[directive] ?? directive),
    ),
  ],
]);
