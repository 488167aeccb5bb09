import { ASKING } from "../asking/asking-options.ts";
import { EVALUATE, namesAsked } from "../evaluation/evaluate-options.ts";
import { adapted, COMMON, optionGroup, pick, resolveFlat, type FlatValues } from "../options/index.ts";
import type { Task } from "../tasks/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { SAMPLING } from "../policy/sampling/sampling-options.ts";

/** R1's nucleus where it samples answers (arXiv:2501.12948, section 3). */
export const CHAT_TOP_P = 0.95;

/** The options of a conversation, with R1's settings where it samples answers (arXiv:2501.12948, section 3). */
export const CHAT = {
  conversation: optionGroup("conversation", "The conversation", {
    /** Empty for the run's own, or none. */
    task: adapted(COMMON.task, { fallback: "", otherwise: "the run's own" }),
    temperature: adapted(SAMPLING.options.temperature, {
      from: 0,
      fallback: 0.6,
      help: "of sampling; 0 takes the likeliest",
    }),
    maxCompletionTokens: adapted(SAMPLING.options.maxCompletionTokens, {
      fallback: 1_000_000,
      help: "where an answer is cut",
      otherwise: "at the end of the context",
    }),
    seed: adapted(EVALUATE.sampling.options.seed, {
      help: "the same seed and the same messages give the same answers",
    }),
  }),
  asking: ASKING,
  engine: optionGroup("engine", ENGINE.title, pick(ENGINE.options, "device")),
} as const;

export interface ConversationSettings extends FlatValues<typeof CHAT> {}

export interface ConversationOptions extends Partial<Omit<ConversationSettings, "task">> {
  /** A model of any form: a folder, a `.gguf` file, `hf:owner/name`, an adapter's folder or a run's. */
  readonly model: string;
  /** A task by name, by the path of a module that exports one, or a value: that of the run, or none, where absent. */
  readonly task?: string | Task;
}

/** @throws OptionError naming the option, what was expected and what came */
export function resolveChatOptions({ model: _model, task, ...given }: ConversationOptions): ConversationSettings {
  return resolveFlat(CHAT, { ...given, ...namesAsked({ task }) });
}
