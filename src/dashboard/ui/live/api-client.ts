import type { ApiError } from "../../api.ts";

/** What the server answered in place of what was asked for; its message is for a person. */
export class ApiFailure extends Error {
  constructor(
    message: string,
    /** 0 where no server answered. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** Answers as `fetch` does. */
export type AnswerSource = (path: string, init: RequestInit) => Promise<Response>;

let source: AnswerSource = (path, init) => fetch(path, init);

/** Has somebody else answer than the server that this page came from. */
export function answersFrom(other: AnswerSource): void {
  source = other;
}

/** Asks the server. @throws ApiFailure; an abort throws what `fetch` throws */
export async function getJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await answerTo(path, {
    headers: { accept: "application/json" },
    ...(signal === undefined ? {} : { signal }),
  });
  return (await response.json()) as Answer;
}

/** Asks by POST. @throws ApiFailure */
export async function postJson<Answer>(path: string, question: object): Promise<Answer> {
  return (await (await answerTo(path, posted(question))).json()) as Answer;
}

/**
 * Asks by POST what is answered line by line, each a value as JSON.
 *
 * @param onLine takes each as it comes
 * @throws ApiFailure; an abort throws what `fetch` throws
 */
export async function postForLines<Line>(
  path: string,
  question: object,
  onLine: (line: Line) => void,
  signal: AbortSignal,
): Promise<void> {
  const { body } = await answerTo(path, { ...posted(question), signal });
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = `${rest}${value}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(JSON.parse(line) as Line);
  }
}

function posted(question: object): RequestInit {
  const token = document.querySelector<HTMLMetaElement>('meta[name="aha-token"]')?.content ?? "";
  return {
    method: "POST",
    headers: { "content-type": "application/json", "x-aha-token": token },
    body: JSON.stringify(question),
  };
}

async function answerTo(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await source(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiFailure("The dashboard's server doesn't answer. Is `aha dashboard` still running?", 0);
  }
  if (response.ok) return response;
  throw new ApiFailure(await reasonOf(response), response.status);
}

async function reasonOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as Partial<ApiError>;
    if (typeof error === "string") return error;
  } catch {
    // Not an answer of ours; its status says what there is to say.
  }
  return `The server answered with status ${response.status}.`;
}

/** Addresses of the API are relative to the page, which a proxy may show below any path. */
export const RUNS_PATH = "api/runs";
export const EVENTS_PATH = "api/events";

/** The address of a run's part in the API: `api/runs/a/steps`. */
export function runPath(run: string, ...parts: readonly (string | number)[]): string {
  return [RUNS_PATH, ...[run, ...parts].map((part) => encodeURIComponent(part))].join("/");
}
