import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { startDashboard } from "../../src/dashboard/server/index.ts";
import { createRunStore } from "../../src/store/index.ts";
import { CONFIG, stepMetrics, stepRollouts } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { ask } from "./ask.ts";

/** A run whose rollouts don't fit into the buffers of a connection. */
function largeRun(folder: string): void {
  const store = createRunStore(folder, CONFIG);
  const text = "many words ".repeat(20_000);
  for (let step = 1; step <= 40; step++)
    store.recordStep(
      step,
      stepMetrics(step),
      stepRollouts(step).map((rollout) => ({ ...rollout, rollout: { ...rollout.rollout, text } })),
    );
  store.close();
}

test("eight downloads at once; the ninth is told to come again, and may when one has ended", async () => {
  const folder = temporaryFolder();
  largeRun(join(folder, "a"));
  const { port, close } = await startDashboard({ folder, port: 0, accessToken: null });
  onTestFinished(close);
  const path = "/api/runs/a/export/rollouts.jsonl";
  const begun = await Promise.all(
    Array.from(
      { length: 8 },
      () =>
        new Promise<IncomingMessage>((resolve, reject) =>
          get({ port, path, host: "127.0.0.1" }, resolve).on("error", reject),
        ),
    ),
  );
  expect(begun.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200));
  const { status, headers, text } = await ask(port, path);
  expect(status).toBe(429);
  expect(headers["retry-after"]).toBe("5");
  expect(JSON.parse(text)).toEqual({
    error: "Expected at most 8 downloads at once; try again when one of them has ended.",
  });
  // Looking goes on, of the same run too.
  expect((await ask(port, "/api/runs/a/groups/1/0")).status).toBe(200);
  begun[0]!.destroy();
  await vi.waitFor(async () => expect((await ask(port, path, {}, "GET")).status).toBe(200), { timeout: 20_000 });
  for (const answer of begun) answer.destroy();
});
