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

/** Asks the server. @throws ApiFailure; an abort throws what `fetch` throws */
export async function getJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      headers: { accept: "application/json" },
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiFailure("The dashboard's server doesn't answer. Is `aha dashboard` still running?", 0);
  }
  if (response.ok) return (await response.json()) as Answer;
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
