import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";
import {
  createEndpointTeacher,
  type EndpointTeacher,
  type EndpointTeacherOptions,
} from "../../src/policy/remote/endpoint-teacher.ts";

export interface Asked {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly messages: readonly { readonly content: string }[] } & Readonly<
    Record<string, unknown>
  >;
}

export type Reply = (response: ServerResponse, asked: Asked, count: number) => void;

/** A server on this machine that answers as it is told; `count` is the number of the request, from 1. */
export async function stub(
  reply: Reply,
): Promise<{ baseUrl: string; asked: Asked[]; mostAtOnce: () => number; stop: () => void }> {
  const asked: Asked[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    most = Math.max(most, ++open);
    response.on("close", () => open--);
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      asked.push({
        url: request.url ?? "",
        authorization: request.headers.authorization,
        body: JSON.parse(text) as Asked["body"],
      });
      reply(response, asked.at(-1)!, asked.length);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(stop);
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    mostAtOnce: () => most,
    stop,
  };
}

export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

export const completion = (content: unknown, reason = "stop"): object => ({
  id: "c",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: reason }],
});
export const echo: Reply = (response, { body }, count) =>
  send(response, 200, completion(`${body.messages[0]!.content} #${count}`));

export function teacher(
  baseUrl: string,
  changes: Partial<EndpointTeacherOptions> = {},
): { teacher: EndpointTeacher; waits: number[]; journal: string } {
  const waits: number[] = [];
  const journal = changes.journal ?? join(temporaryFolder(), "deep", "journal.jsonl");
  const sleep = async (seconds: number): Promise<void> => void waits.push(seconds);
  return {
    teacher: createEndpointTeacher({
      baseUrl,
      model: "m",
      temperature: 0.6,
      maxTokens: 16,
      concurrency: 1,
      sleep,
      ...changes,
      journal,
    }),
    waits,
    journal,
  };
}

export const ask = (one: EndpointTeacher, samples = 1): ReturnType<EndpointTeacher["complete"]> =>
  one.complete([{ id: "a", prompt: "2+2", samples }]);
export const failureOf = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail("it didn't fail"),
    (error: Error) => error,
  );
