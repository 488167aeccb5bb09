import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { LiveEvent } from "../../src/dashboard/api.ts";
import { startDashboard, type Dashboard } from "../../src/dashboard/server/index.ts";
import { createRunStore, type RunStore } from "../../src/store/index.ts";
import { CONFIG, stepMetrics, stepRollouts } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";

async function serve(folder: string, port = 0): Promise<Dashboard> {
  const dashboard = await startDashboard({ accessToken: null, folder, port });
  onTestFinished(() => dashboard.close());
  return dashboard;
}

/** A page that listens: the events as they come. */
async function listen(
  port: number,
  runs: string,
): Promise<{ readonly next: () => Promise<LiveEvent>; readonly leave: () => void; readonly ended: Promise<void> }> {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const answer = await fetch(`http://127.0.0.1:${port}/api/events?runs=${runs}`, { signal: controller.signal });
  expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const events: LiveEvent[] = [];
  let wake: () => void = () => undefined;
  const read = async (): Promise<void> => {
    let text = "";
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) events.push(JSON.parse(data) as LiveEvent);
      }
      wake();
    }
  };
  const ended = read().catch(() => undefined);
  const next = async (): Promise<LiveEvent> => {
    while (events.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return events.shift()!;
  };
  return { next, leave: () => controller.abort(), ended };
}

function running(folder: string): RunStore {
  const store = createRunStore(folder, CONFIG);
  onTestFinished(() => store.close());
  store.recordState("started");
  store.recordStep(1, stepMetrics(1), stepRollouts(1));
  return store;
}

test("a step that is written is heard of within a second, by every page", async () => {
  const folder = temporaryFolder();
  const store = running(join(folder, "a"));
  const { port } = await serve(folder);
  const pages = await Promise.all([listen(port, "a"), listen(port, "a")]);
  for (const page of pages) {
    expect(await page.next()).toMatchObject({ kind: "hello" });
    expect(await page.next()).toMatchObject({ kind: "run", id: "a", lastStep: 1, state: "running" });
  }
  const written = performance.now();
  store.recordStep(2, stepMetrics(2), stepRollouts(2));
  for (const page of pages) expect(await page.next()).toMatchObject({ kind: "run", id: "a", lastStep: 2 });
  expect(performance.now() - written).toBeLessThan(1000);
});

test("steps that were done again, and the end of the run", async () => {
  const folder = temporaryFolder();
  const store = running(join(folder, "a"));
  const { port } = await serve(folder);
  const page = await listen(port, "a");
  await page.next();
  const first = await page.next();
  store.deleteAfter(0);
  store.recordStep(1, stepMetrics(1, { seconds: 9 }), stepRollouts(1));
  let event = await page.next();
  // The deletion may be heard of by itself.
  if (event.kind === "run" && event.lastStep === 0) event = await page.next();
  expect(event).toMatchObject({ kind: "run", lastStep: 1 });
  expect(event).not.toEqual(first);
  store.recordState("finished");
  store.close();
  while (event.kind !== "run" || event.state !== "finished") event = await page.next();
});

test("a new run in the folder changes the list", async () => {
  const folder = temporaryFolder();
  const { port } = await serve(folder);
  const page = await listen(port, "");
  expect(await page.next()).toMatchObject({ kind: "hello" });
  // The first look at the list is what the next one is compared with.
  await new Promise((resolve) => setTimeout(resolve, 500));
  running(join(folder, "b"));
  expect(await page.next()).toEqual({ kind: "list" });
});

test("a page that comes back hears at once how things are, from another server too", async () => {
  const folder = temporaryFolder();
  const store = running(join(folder, "a"));
  const first = await serve(folder);
  const before = await listen(first.port, "a");
  const hello = await before.next();
  await before.next();
  await first.close();
  await before.ended;
  store.recordStep(2, stepMetrics(2), stepRollouts(2));
  await serve(folder, first.port);
  const after = await listen(first.port, "a");
  const helloAgain = await after.next();
  expect(helloAgain.kind).toBe("hello");
  expect(helloAgain).not.toEqual(hello);
  expect(await after.next()).toMatchObject({ kind: "run", id: "a", lastStep: 2 });
});

test("a run that isn't there is unreadable, and doesn't end the stream", async () => {
  const folder = temporaryFolder();
  const { port } = await serve(folder);
  const page = await listen(port, "none");
  await page.next();
  expect(await page.next()).toEqual({
    kind: "run",
    id: "none",
    lastStep: 0,
    mark: "",
    state: "unreadable",
    evaluations: 0,
  });
});
