import type { StopReason } from "../records/rollout.ts";
import { availableParallelism } from "node:os";
import { OptionError } from "../errors.ts";
import { chatTemplateOf } from "../tokenizer/chat-template.ts";
import { askedBeside } from "../asking/asking-options.ts";
import { endTokenIds } from "../model/model-config.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { StreamingDecoder } from "../tokenizer/streaming-decoder.ts";
import {
  chatQuestion,
  opensThinking,
  ThinkingStream,
  type ChatMessage,
  type CompletionPart,
} from "../prompts/index.ts";
import { randomKey, splitKey } from "../random.ts";
import { isLarge } from "../policy/local/policy-size.ts";
import { startChosenPolicy } from "../policy/device/start-policy.ts";
import type { Policy } from "../policy/policy.ts";
import type { SamplingOptions } from "../policy/sampling/sampling-request.ts";
import { encodeKnown, isKnown } from "../asking/encode-known.ts";
import { loadSubject, type LoadedSubject } from "../evaluation/open-subject.ts";
import { renderChats } from "../formats/chat/render-chat.ts";
import { CHAT_TOP_P, resolveChatOptions, type ConversationSettings, type ConversationOptions } from "./chat-options.ts";

export type ChatPart = CompletionPart;

/** One answer. */
export interface ChatTurn {
  /** All that was written, tags included. */
  readonly text: string;
  readonly thinking: string;
  /** What is to be read: the text of <answer> where there is one, or all that isn't thinking. */
  readonly answer: string;
  readonly tokens: number;
  /** `cancelled`: by the signal; `length`: at the limit of tokens or of the context. */
  readonly stop: StopReason;
}

/** The model that answers, and how it is asked. */
interface ConversingModel
  extends Pick<LoadedSubject, "template" | "isRun" | "task">, Pick<Checkpoint, "config" | "tokenizer"> {
  readonly kind: "chat" | "question";
  readonly example: string | undefined;
}

interface ResolvedChat extends Pick<ConversationSettings, "system" | "temperature" | "maxCompletionTokens" | "seed"> {
  /** For the chat template; its own default where absent. */
  readonly enableThinking: boolean | undefined;
}

/** A conversation with a model, or with the trained model of a run. Close it at its end. */
export class Conversation {
  private history: ChatMessage[] = [];
  private turns = 0;

  /** `chat`: it knows what was said before; `question`: each question stands alone. */
  readonly kind: "chat" | "question";
  /** A question as it was trained to answer, where that is known. */
  readonly example: string | undefined;

  private constructor(
    private readonly model: ConversingModel,
    private readonly policy: Policy,
    private readonly options: ResolvedChat,
  ) {
    this.kind = model.kind;
    this.example = model.example;
  }

  /** @throws OptionError, CheckpointError, TokenizerError for a model or options that can't be used */
  static async open({
    onNote,
    ...options
  }: ConversationOptions & { readonly onNote?: (text: string) => void }): Promise<Conversation> {
    const chosen = resolveChatOptions(options);
    const { checkpoint, template, templateName, task, isTaskNamed, isRun, how } = await loadSubject(options.model, {
      task: options.task,
      ...askedBeside(options),
    });
    const { config, tokenizer, parameters } = checkpoint;
    const kind = templateName === "chat" ? "chat" : "question";
    const isCompact = templateName === "compact";
    // The words of a small model are those of its task, whoever named it.
    const problem = kind === "question" && (isTaskNamed || isCompact) ? task.problems("heldOut")[0] : undefined;
    const question = isCompact ? problem?.compactQuestion : problem?.question;
    const example = question !== undefined && isKnown(tokenizer, question) ? question : undefined;
    const policy = await startChosenPolicy(
      { config, parameters },
      { device: chosen.device, workers: isLarge(config) ? availableParallelism() : 1 },
      { onNote },
    );
    return new Conversation({ kind, example, template, isRun, task, config, tokenizer }, policy, {
      ...chosen,
      system: how.system ?? "",
      enableThinking: how.thinking,
    });
  }

  /**
   * Says something and gives the answer, part by part as it is written. What fails or doesn't fit is as if it had not
   * been said.
   *
   * @throws OptionError for what doesn't fit the context; TokenizerError for words that the model doesn't know, or from
   *   its chat template
   */
  async say(message: string, onPart: (part: ChatPart) => void = () => {}, signal?: AbortSignal): Promise<ChatTurn> {
    const said: ChatMessage = { role: "user", content: this.asTrained(message) };
    const prompt = await this.promptOf(message, said);
    const tokens = encodeKnown(this.model.tokenizer, prompt, this.example);
    const answer = new Answer(opensThinking(prompt), new StreamingDecoder(this.model.tokenizer), onPart);
    const ends = new Set(endTokenIds(this.model.config));
    const key = splitKey(randomKey(this.options.seed), "chat", this.turns++);
    const onToken = (token: number): void => {
      if (!ends.has(token)) answer.push(token);
    };
    const [[completion] = []] = await this.policy.write(
      [{ prompt: tokens, keys: [key] }],
      this.sampling(tokens.length),
      { onToken, signal },
    );
    answer.end();
    const turn: ChatTurn = {
      ...answer.read(),
      tokens: completion!.tokens.length,
      stop: completion!.stop,
    };
    this.history.push(said, { role: "assistant", content: opensThinking(prompt) ? `<think>${turn.text}` : turn.text });
    return turn;
  }

  /** Forgets what was said. */
  reset(): void {
    this.history = [];
  }

  async close(): Promise<void> {
    await this.policy.stop();
  }

  /** A run's model is asked as it was trained: after worked examples, or told the form of an answer. */
  private asTrained(message: string): string {
    const { isRun, task } = this.model;
    return isRun && this.earlier().length === 0 ? chatQuestion(message, task.answerForm) : message;
  }

  /** The worked examples of a run's task, which stand before what is said. */
  private earlier(): ChatMessage[] {
    const { isRun, task } = this.model;
    return (isRun ? (task.examples ?? []) : []).flatMap(({ question, completion }) => [
      { role: "user", content: question },
      { role: "assistant", content: completion },
    ]);
  }

  private async promptOf(message: string, said: ChatMessage): Promise<string> {
    if (this.kind === "question")
      return this.model.template({
        id: "",
        split: "heldOut",
        question: message,
        compactQuestion: message,
        difficulty: 0,
        data: null,
      });
    const { system, enableThinking } = this.options;
    const messages: ChatMessage[] = [
      ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
      ...this.earlier(),
      ...this.history,
      said,
    ];
    return (
      await renderChats(
        chatTemplateOf(this.model.tokenizer)!,
        [messages],
        enableThinking === undefined ? {} : { enableThinking },
      )
    )[0]!;
  }

  private sampling(promptTokens: number): SamplingOptions {
    const { temperature, maxCompletionTokens } = this.options;
    const room = this.model.config.maxPositions - promptTokens;
    if (room < 1)
      throw new OptionError(
        `Expected what was said to fit the model's ${this.model.config.maxPositions} positions, got ${promptTokens} tokens; say it in fewer words${this.history.length > 0 ? ", or begin anew" : ""}.`,
      );
    return {
      temperature: Math.max(temperature, 0.01),
      greedy: temperature === 0,
      topK: 0,
      topP: CHAT_TOP_P,
      maxNewTokens: Math.min(room, maxCompletionTokens),
    };
  }
}

/** Collects an answer from its tokens. */
class Answer {
  private text = "";
  private readonly stream: ThinkingStream;
  private readonly byKind = { thinking: "", answer: "", plain: "" };

  constructor(
    opened: boolean,
    private readonly decoder: StreamingDecoder,
    private readonly onPart: (part: ChatPart) => void,
  ) {
    this.stream = new ThinkingStream(opened);
  }

  push(token: number): void {
    this.add(this.decoder.push(token));
  }

  end(): void {
    this.add(this.decoder.end());
    this.take(this.stream.end());
  }

  read(): Pick<ChatTurn, "text" | "thinking" | "answer"> {
    const { thinking, answer, plain } = this.byKind;
    return { text: this.text, thinking, answer: answer === "" ? plain : answer };
  }

  private add(piece: string): void {
    this.text += piece;
    this.take(this.stream.push(piece));
  }

  private take(parts: readonly ChatPart[]): void {
    for (const part of parts) {
      this.byKind[part.kind] += part.text;
      this.onPart(part);
    }
  }
}
