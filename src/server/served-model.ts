import { endTokenIds } from "../model/model-config.ts";
import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import { encodeKnown } from "../asking/encode-known.ts";
import { withBegin } from "../asking/model-template.ts";
import { loadSubject, type AskedBy } from "../evaluation/open-subject.ts";
import { TemplateProcess } from "../formats/chat/template-process.ts";
import { withoutBase } from "../formats/find-model.ts";
import { isHubSpec, parseHubSpec } from "../formats/hub/hub-spec.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { ENGINE, type DeviceChoice } from "../policy/local/engine-options.ts";
import { isLarge } from "../policy/local/policy-size.ts";
import { startChosenPolicy } from "../policy/device/start-policy.ts";
import type { Policy } from "../policy/policy.ts";
import { chatQuestion, opensThinking, type ChatMessage } from "../prompts/index.ts";
import { beginToken } from "../tokenizer/begin-token.ts";
import { chatTemplateOf } from "../tokenizer/chat-template.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { ApiProblem } from "./api-problem.ts";
import type { ServingOptions } from "./serving-options.ts";

/** Positions that are served where nobody says: keys and values of that many are kept for every slot. */
const DEFAULT_CONTEXT = 4096;
/** No token is so long on the average of a text. */
const MOST_CHARACTERS = 64;

/** A prompt as the model reads it. */
export interface ServedPrompt {
  readonly tokens: readonly number[];
  /** Whether what the model writes begins inside its thinking. */
  readonly opensThinking: boolean;
}

/** A model at work, as the API sees it. */
export interface ServedModel {
  readonly name: string;
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  readonly endTokens: ReadonlySet<number>;
  /** Most tokens of a prompt with its completion. */
  readonly context: number;
  /** `chat`: it reads whole conversations; `question`: the last question alone. */
  readonly kind: "chat" | "question";
  /**
   * The prompt of a conversation.
   *
   * @throws ApiProblem 400 for what doesn't fit or the model can't be told; TokenizerError
   */
  chatPrompt(messages: readonly ChatMessage[], thinks: boolean | undefined): Promise<ServedPrompt>;
  /** A text, or tokens, to be continued. @throws ApiProblem 400, TokenizerError */
  textPrompt(prompt: string | readonly number[]): ServedPrompt;
  stop(): Promise<void>;
}

export interface ServedModelOptions extends AskedBy, Pick<ServingOptions, "slots" | "context" | "workers"> {
  /** `cpu` where absent. */
  readonly device?: DeviceChoice;
  readonly onNote?: ((text: string) => void) | undefined;
  readonly name: string | undefined;
  /** Whether it is asked as a run's model was trained; as the trained model of a run is, where absent. */
  readonly asTrained?: boolean;
}

/** Loads a model of any form and puts it to work. @throws what `loadSubject` throws */
export async function openServedModel(model: string, options: ServedModelOptions): Promise<ServedModel> {
  const subject = await loadSubject(model, options);
  const { checkpoint, template, frame, templateName } = subject;
  const isTrained = options.asTrained ?? subject.isRun;
  const { config, tokenizer, parameters } = checkpoint;
  const most = options.context === 0 ? DEFAULT_CONTEXT : options.context;
  const context = Math.min(config.maxPositions, most);
  const policy = await startChosenPolicy(
    { config, parameters },
    {
      device: options.device,
      workers: options.workers === 0 ? usualWorkers(config) : options.workers,
      positions: context,
      writingSlots: options.slots,
    },
    { onNote: options.onNote },
  );
  const kind = templateName === "chat" ? "chat" : "question";
  const prompts = kind === "chat" ? new TemplateProcess(chatTemplateOf(tokenizer)!) : null;
  const bos = beginToken(tokenizer);
  const encoded = (text: string): ServedPrompt => {
    if (text.length > context * MOST_CHARACTERS) throw tooLong(context, `${text.length} characters`);
    return { tokens: fitting(encodeKnown(tokenizer, text), context), opensThinking: opensThinking(text) };
  };
  const asked = (question: string): string =>
    template({ id: "", split: "heldOut", question, compactQuestion: question, difficulty: 0, data: null });
  return {
    name: options.name ?? nameOf(model),
    policy,
    tokenizer,
    endTokens: new Set(endTokenIds(config)),
    context,
    kind,
    async chatPrompt(messages, thinks) {
      const last = messages.findLast(({ role }) => role === "user");
      if (prompts === null) {
        checkSingle(messages, last);
        return encoded(asked(last!.content));
      }
      // What stands around one question is known (`openTemplate`); a run is asked as it was trained. What the template
      // would trim is its own affair.
      const isSingle = messages.length === 1 && thinks === undefined && last?.content.trim() === last?.content;
      if (isSingle && last !== undefined) return encoded(isTrained ? asked(last.content) : frame(last.content));
      const told = isTrained ? messages.map(asTrained) : messages;
      const [text] = await prompts.render([told], thinks === undefined ? {} : { enableThinking: thinks });
      return encoded(text!);
    },
    textPrompt(prompt) {
      if (typeof prompt === "string") return encoded(withBegin(bos, prompt));
      const foreign = prompt.find((token) => token >= config.vocabSize);
      if (foreign !== undefined)
        throw new ApiProblem(400, `Expected tokens below ${config.vocabSize}, got ${foreign}.`, { param: "prompt" });
      return { tokens: fitting(prompt, context), opensThinking: false };
    },
    async stop() {
      await prompts?.stop();
      await policy.stop();
    },
  };
}

/** A small model has workers of one thread each. */
function usualWorkers(config: ModelConfig): number {
  return isLarge(config) ? availableParallelism() : ENGINE.options.workers.fallback;
}

/** What a model without a chat template can't be told. */
function checkSingle(messages: readonly ChatMessage[], last: ChatMessage | undefined): void {
  if (last === undefined) throw new ApiProblem(400, "Expected a message of the user, got none.", { param: "messages" });
  if (messages.some(({ role }) => role === "system"))
    throw new ApiProblem(
      400,
      "This model has no chat template: it answers the last question alone and reads no system message; leave it out.",
      { param: "messages", code: "unsupported_value" },
    );
}

function asTrained(message: ChatMessage): ChatMessage {
  return message.role === "user" ? { ...message, content: chatQuestion(message.content) } : message;
}

function fitting(tokens: readonly number[], context: number): readonly number[] {
  if (tokens.length === 0) throw new ApiProblem(400, "Expected a prompt of one token at least, got none.");
  if (tokens.length < context) return tokens;
  throw tooLong(context, `${tokens.length} tokens`);
}

function tooLong(context: number, got: string): ApiProblem {
  return new ApiProblem(
    400,
    `Expected a prompt that leaves room in the context of ${context} tokens, got ${got}; shorten it.`,
    { code: "context_length_exceeded" },
  );
}

/** `owner/name` of a model of the hub; else the folder's or file's own name. */
function nameOf(model: string): string {
  const { own } = withoutBase(model);
  return isHubSpec(own) ? parseHubSpec(own).repo : basename(resolve(own)).replace(/\.gguf$/, "");
}
