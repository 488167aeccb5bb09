import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { TokenizerError, show } from "../errors.ts";

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
  /** Passed to the template as `enable_thinking`, which Qwen3's and others know; their own default where not given. */
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
 * memory: it belongs into a thread that can be ended (asking/render-chat.ts).
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
  const environment = new Environment();
  const names = {
    ...GLOBALS,
    ...specialTokens,
    messages,
    add_generation_prompt: addGenerationPrompt,
    ...(enableThinking === undefined ? {} : { enable_thinking: enableThinking }),
  };
  for (const [name, value] of Object.entries(names)) environment.set(name, value);
  let written: unknown;
  try {
    // Blocks leave no white space of their own, as in transformers.
    written = new Interpreter(environment).run(parse(tokenize(text, { lstrip_blocks: true, trim_blocks: true }))).value;
  } catch (error) {
    throw new TokenizerError(
      `Expected the model's chat template to write the conversation, got an error from it: ${show((error as Error).message)}; correct the template, or use another prompt template.`,
    );
  }
  if (typeof written === "string" && written.length <= MOST_CHARACTERS) return written;
  throw new TokenizerError(
    `Expected the model's chat template to write at most ${MOST_CHARACTERS} characters, got ${typeof written === "string" ? written.length : show(written)}; correct the template, or use another prompt template.`,
  );
}

const GLOBALS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  raise_exception: (message: unknown): never => {
    throw new Error(String(message));
  },
  range: (start: number, stop?: number, step: number = 1): number[] => {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    const count = Math.max(0, Math.ceil((to - from) / step));
    if (!(count <= MOST_CHARACTERS)) throw new Error(`range() of ${count} numbers`);
    return Array.from({ length: count }, (_, i) => from + i * step);
  },
  strftime_now: (format: string): string => format.replace(/%[a-zA-Z%]/g, (directive) => DAY[directive] ?? directive),
};
