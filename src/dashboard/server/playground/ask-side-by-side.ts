import { encodeKnown } from "../../../asking/encode-known.ts";
import { CHAT_TOP_P } from "../../../chat/chat-options.ts";
import { completionSpans } from "../../../emergence/index.ts";
import { AhaError } from "../../../errors.ts";
import { opensThinking } from "../../../prompts/index.ts";
import { drawingOf } from "../../../server/read-sampling.ts";
import type { ServedModel, ServedPrompt } from "../../../server/served-model.ts";
import { choiceKey, writeChoice } from "../../../server/write-choice.ts";
import type { RunTask } from "../../../store/run-task.ts";
import type { PlaygroundEvent, PlaygroundQuestion, PlaygroundSide } from "../../api.ts";
import { SIDES } from "./own-models.ts";
import type { SideBySide } from "./side-by-side.ts";

/** One model with what it reads. */
interface AskedModel {
  readonly side: PlaygroundSide;
  readonly model: ServedModel;
  readonly prompt: readonly number[];
}

/** What is asked of it, and who is told. */
interface Telling {
  readonly question: PlaygroundQuestion;
  /** The prompt as a text. */
  readonly text: string;
  /** What shows tries in a completion; null for a task that isn't the package's. */
  readonly task: RunTask | null;
  readonly send: (event: PlaygroundEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Puts a question to both models of a run, to the same prompt and with the same draws, and tells what they write as
 * they write it. A model that isn't there is said to be missing, and the other one answers alone.
 *
 * @param signal ends the writing
 * @throws ApiProblem, TokenizerError for a question that the models can't be asked, what the signal was aborted with
 */
export async function askSideBySide(
  models: SideBySide,
  question: PlaygroundQuestion,
  send: (event: PlaygroundEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const opened: { readonly side: PlaygroundSide; readonly model: ServedModel }[] = [];
  for (const side of SIDES) {
    try {
      opened.push({ side, model: await models.model(side) });
    } catch (error) {
      if (!(error instanceof AhaError)) throw error;
      send({ kind: "missing", side, message: error.message });
    }
    signal.throwIfAborted();
  }
  const asked = opened.at(-1)?.model;
  if (asked === undefined) return;
  const { tokens } = await promptOf(models, asked, question.question);
  const text = asked.tokenizer.decode([...tokens]);
  send({ kind: "prompt", text, tokens: tokens.length });
  await Promise.all(
    opened.flatMap(({ side, model }) => {
      const prompt = model.textPrompt(tokens).tokens;
      return Array.from({ length: question.n }, (_, sample) =>
        writeOne({ side, model, prompt }, sample, { question, text, task: models.task, send, signal }),
      );
    }),
  );
}

/** The question as the run's models read it: within what stood around its stored ones, or by its template. */
async function promptOf(models: SideBySide, model: ServedModel, question: string): Promise<ServedPrompt> {
  const { frame } = models;
  if (frame === null) return model.chatPrompt([{ role: "user", content: question }], undefined);
  const text = `${frame.before}${question}${frame.after}`;
  return { ...model.textPrompt(encodeKnown(model.tokenizer, text)), opensThinking: opensThinking(text) };
}

async function writeOne(
  { side, model, prompt }: AskedModel,
  sample: number,
  { question, text, task, send, signal }: Telling,
): Promise<void> {
  const { temperature, max_tokens: maxTokens, seed } = question;
  let written = "";
  const order = {
    prompt,
    key: choiceKey(seed, sample),
    drawing: drawingOf({ temperature, topP: CHAT_TOP_P, topK: 0, maxTokens }, 0, model.context - prompt.length),
    text: {
      tokenizer: model.tokenizer,
      endTokens: model.endTokens,
      stops: [],
      thinking: "raw",
      tellsLogprobs: false,
    },
  } as const;
  const onPiece = ({ content }: { readonly content: string }): void => {
    written += content;
    send({ kind: "piece", side, sample, text: content });
  };
  const { finish, tokens } = await writeChoice(model.policy, order, onPiece, signal);
  const stop = finish === "stop" ? "end" : "length";
  const shown = { text: written, prompt: text, problemId: "", stop, verdict: NOT_JUDGED } as const;
  send({ kind: "end", side, sample, tokens, stop, spans: completionSpans(shown, task ?? {}) });
}

/** Nothing of a task is run here, and no answer judged. */
const NOT_JUDGED = { kind: "unverifiable", reason: "" } as const;
