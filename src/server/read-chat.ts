import { isJsonObject } from "../host/show-json.ts";
import type { ChatMessage } from "../prompts/index.ts";
import { ApiProblem } from "./api-problem.ts";
import { refuseField, type BodyFields } from "./body-fields.ts";
import { MOST_LIKELIEST, readSampling, type AskedSampling, type SamplingDefaults } from "./read-sampling.ts";

/** A request of `/v1/chat/completions`. */
export interface AskedChat {
  readonly sampling: AskedSampling;
  readonly messages: readonly ChatMessage[];
  /** For the chat template; its own default where undefined. */
  readonly thinks: boolean | undefined;
  /** Whether log-probabilities are told. */
  readonly tellsLogprobs: boolean;
  readonly likeliest: number;
}

const MOST_MESSAGES = 10_000;
const ROLES: Readonly<Record<string, ChatMessage["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

/** @throws ApiProblem 400 naming the field */
export function readChat(fields: BodyFields, defaults: SamplingDefaults): AskedChat {
  const sampling = readSampling(fields, defaults);
  const messages = fields.get("messages");
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MOST_MESSAGES)
    refuseField("messages", `a list of 1 to ${MOST_MESSAGES} messages`, messages);
  const tellsLogprobs = fields.boolean("logprobs") ?? false;
  const likeliest = fields.integer("top_logprobs", 0, MOST_LIKELIEST) ?? 0;
  if (likeliest > 0 && !tellsLogprobs) refuseField("logprobs", "true, as `top_logprobs` is given", tellsLogprobs);
  const effort = fields.text("reasoning_effort");
  return {
    sampling,
    messages: messages.map(readMessage),
    thinks: fields.object("chat_template_kwargs").boolean("enable_thinking") ?? (effort === "none" ? false : undefined),
    tellsLogprobs,
    likeliest,
  };
}

function readMessage(message: unknown, i: number): ChatMessage {
  const place = `messages[${i}]`;
  if (!isJsonObject(message)) return refuseField(place, "an object with `role` and `content`", message);
  const { role: given, content, tool_calls: calls } = message;
  const role = typeof given === "string" && Object.hasOwn(ROLES, given) ? ROLES[given] : undefined;
  if (role === undefined) return refuseField(`${place}.role`, "system, developer, user or assistant", given);
  if (Array.isArray(calls) && calls.length > 0)
    throw new ApiProblem(400, `This server doesn't know \`tool_calls\`; leave them out.`, { param: place });
  return { role, content: readContent(content, `${place}.content`, role) };
}

function readContent(content: unknown, place: string, role: ChatMessage["role"]): string {
  if (typeof content === "string") return content;
  if (role === "assistant" && (content === null || content === undefined)) return "";
  if (!Array.isArray(content)) return refuseField(place, "a text, or a list of parts of the type text", content);
  return content
    .map((part: unknown, i) => {
      if (isJsonObject(part) && part["type"] === "text" && typeof part["text"] === "string") return part["text"];
      return refuseField(`${place}[${i}]`, "a part of the type text: this model reads nothing else", part);
    })
    .join("");
}
