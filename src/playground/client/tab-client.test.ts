import { expect, test } from "vitest";
import type { TrainerNews, TrainerOrder } from "../messages.ts";
import { TAB_DEFAULTS } from "../settings.ts";
import { TabClient, type SeenStep, type TrainerLink } from "./tab-client.ts";

/** A trainer that notes its orders, and tells what the test says. */
class FakeTrainer {
  readonly orders: TrainerOrder["kind"][] = [];
  onmessage: TrainerLink["onmessage"] = null;
  onerror: TrainerLink["onerror"] = null;
  isEnded = false;

  postMessage(order: TrainerOrder): void {
    this.orders.push(order.kind);
  }

  terminate(): void {
    this.isEnded = true;
  }

  tell(news: TrainerNews): void {
    (this.onmessage as unknown as (event: { data: TrainerNews }) => void)({ data: news });
  }
}

function opened(steps: number = TAB_DEFAULTS.steps): { client: TabClient; trainer: FakeTrainer } {
  const trainer = new FakeTrainer();
  return { client: new TabClient({ ...TAB_DEFAULTS, steps }, "x", () => trainer as unknown as TrainerLink), trainer };
}

const READY: TrainerNews = { kind: "ready", parameters: 3, workers: 2, shared: false };
const LOOK = { kind: "look", look: { step: 1, problemIndex: 0, logprobs: [], samples: [] } } as const;
const REST: TrainerNews = { kind: "rest", over: false };
const stepNews = (step: number): TrainerNews => ({
  kind: "step",
  ...({ metrics: { step }, groups: [], digest: "" } as unknown as SeenStep),
});

test("an order that is given while the model comes is carried out when it has", () => {
  const { client, trainer } = opened();
  client.train();
  trainer.tell(READY);
  expect(client.state.status).toBe("training");
  expect(trainer.orders).toEqual(["open", "train"]);
});

test("a look that ends while training goes on doesn't say that it rests", () => {
  const { client, trainer } = opened();
  trainer.tell(READY);
  client.look(0);
  client.train();
  trainer.tell(LOOK);
  expect(client.state.status).toBe("training");
  expect(client.state.look).toBe(LOOK.look);
  client.pause();
  expect(client.state.status).toBe("pausing");
  trainer.tell(REST);
  expect(client.state.status).toBe("waiting");
});

test("a look at a group that isn't there is told, and nothing is lost", () => {
  const { client, trainer } = opened();
  trainer.tell(READY);
  client.step();
  trainer.tell(stepNews(1));
  trainer.tell(REST);
  client.look(99);
  trainer.tell({ kind: "no group", step: 1, problemIndex: 99 });
  expect(client.state).toMatchObject({ status: "waiting", missingGroup: 99, look: null, error: null });
  client.look(0);
  trainer.tell(LOOK);
  expect(client.state).toMatchObject({ status: "waiting", missingGroup: null, look: LOOK.look });
});

test("after the last step a run is over, however it was made, and stays so", () => {
  const { client, trainer } = opened(1);
  trainer.tell(READY);
  client.step();
  trainer.tell(stepNews(1));
  trainer.tell(REST);
  expect(client.state.status).toBe("over");
  client.look(0);
  trainer.tell(LOOK);
  expect(client.state.status).toBe("over");
});

test("what failed keeps its steps and takes no more orders", () => {
  const { client, trainer } = opened();
  trainer.tell(READY);
  client.train();
  trainer.tell(stepNews(1));
  (trainer.onerror as unknown as (event: { message: string }) => void)({ message: "out of memory" });
  client.train();
  expect(client.state).toMatchObject({ status: "failed", error: { message: "out of memory" } });
  expect(client.state.steps).toHaveLength(1);
  expect(trainer.orders).toEqual(["open", "train"]);
});

test("where no worker can be opened the state says so", () => {
  const client = new TabClient(TAB_DEFAULTS, "x", () => {
    throw new Error("no workers here");
  });
  client.step();
  client.stop();
  expect(client.state).toMatchObject({ status: "failed", error: { message: "no workers here" }, engine: null });
});

test("of the model's bytes no more is told than can be read", () => {
  const { client, trainer } = opened();
  let told = 0;
  client.listen(() => told++);
  for (let bytes = 16_000; bytes <= 1_600_000; bytes += 16_000) trainer.tell({ kind: "loading", bytes, of: 1_600_000 });
  expect(client.state.loaded.bytes).toBeGreaterThan(1_400_000);
  expect(told).toBeLessThan(20);
});
