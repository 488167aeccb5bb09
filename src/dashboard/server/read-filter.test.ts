import { Hono } from "hono";
import { expect, test } from "vitest";
import { readFilter } from "./read-filter.ts";
import type { RequestError } from "./request-error.ts";

async function read(query: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const app = new Hono();
  app.onError((error, context) => context.json(error.message, (error as RequestError).status));
  app.get("/", (context) => context.json(readFilter(context)));
  const answer = await app.request(`/?${query}`);
  return { status: answer.status, body: await answer.json() };
}

test("every field of a filter", async () => {
  const query =
    "stepFrom=1&stepTo=9&problem=a%20b&verdict=right&status=truncated&rewardFrom=-0.5&rewardTo=1&lengthFrom=2&lengthTo=300&text=No%20wait&corrected=true&sort=length&descending=true&offset=100&limit=200";
  expect((await read(query)).body).toEqual({
    stepFrom: 1,
    stepTo: 9,
    problem: "a b",
    verdict: "right",
    status: "truncated",
    rewardFrom: -0.5,
    rewardTo: 1,
    lengthFrom: 2,
    lengthTo: 300,
    text: "No wait",
    corrected: true,
    sort: "length",
    descending: true,
    offset: 100,
    limit: 200,
  });
});

test("what isn't given, or given empty, doesn't filter", async () => {
  expect((await read("")).body).toEqual({ offset: 0, limit: 50 });
  expect((await read("stepFrom=&verdict=&rewardTo=&problem=")).body).toEqual({ offset: 0, limit: 50 });
});

test.each([
  ["limit=201", /at most 200/],
  ["limit=-1", /from 0 up/],
  ["offset=1.5", /whole number/],
  ["stepFrom=1e3", /whole number/],
  ["rewardFrom=high", /a number/],
  ["verdict=maybe", /one of right, wrong, unverifiable/],
  ["corrected=yes", /one of true, false/],
  [`text=${"x".repeat(1001)}`, /at most 1000/],
])("refuses %s in a line", async (query, line) => {
  const { status, body } = await read(query);
  expect(status).toBe(400);
  expect(body).toMatch(line);
});
