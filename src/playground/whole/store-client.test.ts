import { expect, test } from "vitest";
import type { CallMessage } from "../../host/worker-calls.ts";
import { stepMetrics, stepRollouts } from "../../../test/contracts/run-samples.ts";
import type { TabClient, TabState } from "../client/tab-client.ts";
import type { SeenRollout } from "../messages.ts";
import { TAB_DEFAULTS } from "../settings.ts";
import { StoreClient, storedRollouts } from "./store-client.ts";

/** A worker that answers all calls but those of one name. */
class StuckWorker {
  readonly calls: string[] = [];
  ended = false;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;

  constructor(private readonly stuckAt: string) {}

  postMessage({ id, name }: CallMessage): void {
    this.calls.push(name);
    if (name !== this.stuckAt) queueMicrotask(() => this.onmessage?.({ data: { id, result: name } }));
  }

  terminate(): void {
    this.ended = true;
  }
}

function runOf(steps: number): TabClient {
  const rollouts = stepRollouts(1) as unknown as SeenRollout[];
  const state = {
    settings: TAB_DEFAULTS,
    status: "waiting",
    error: null,
    evaluations: [],
    steps: Array.from({ length: steps }, (_, i) => ({ metrics: stepMetrics(i + 1), groups: [{ rollouts }] })),
  } as unknown as TabState;
  return { state, listen: () => () => undefined } as unknown as TabClient;
}

test("a worker that a dropped file holds up is ended, and the next one is told the tab's run again", async () => {
  const workers: StuckWorker[] = [];
  const store = new StoreClient(
    "http://x/",
    () => {
      workers.push(new StuckWorker("open"));
      return workers.at(-1) as unknown as Worker;
    },
    0.05,
  );
  store.follow(runOf(2));
  await expect(store.open("run.db", new Uint8Array())).rejects.toThrow("takes too long to read");
  expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
  expect(workers.map(({ calls }) => calls)).toEqual([
    ["start", "begin", "step", "step", "open"],
    ["start", "begin", "step", "step"],
  ]);
  expect(await store.ask("api/runs")).toBe("ask");
  store.stop();
  expect(workers[1]!.ended).toBe(true);
});

test("a question that isn't answered in time is answered with the reason", async () => {
  const store = new StoreClient("http://x/", () => new StuckWorker("ask") as unknown as Worker, 0.05);
  const { status, text } = await store.ask("api/runs/a");
  expect(status).toBe(503);
  expect(text).toContain("takes too long to read");
  store.stop();
});

test("rollouts are kept without what the page alone shows", () => {
  const [stored] = stepRollouts(1);
  const seen = { ...stored!, pieces: ["a"], corrects: true, answer: "1" } as SeenRollout;
  const groups = [{ problemIndex: 0, problemId: "", prompt: "", promptPieces: [], signal: true, rollouts: [seen] }];
  expect(storedRollouts({ groups })).toEqual([stored]);
});
