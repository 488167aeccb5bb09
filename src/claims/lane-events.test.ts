import { expect, test } from "vitest";
import type { TrainingEvent } from "../training/training-event.ts";
import { LaneEvents } from "./lane-events.ts";

const step = (number: number): TrainingEvent => ({
  kind: "fit",
  step: number,
  steps: 9,
  loss: 1,
  tokensPerSecond: 1,
  secondsLeft: null,
});

test("steps are those of one stage at a time, and what must be read of others carries their names", async () => {
  const told: TrainingEvent[] = [];
  const events = new LaneEvents((event) => told.push(event));
  const texts = (): string[] =>
    told
      .splice(0)
      .map((event) => (event.kind === "note" ? event.text : `${event.kind} ${(event as { step: number }).step}`));
  const ends = new Map<string, () => void>();
  const begin = (name: string): Promise<void> =>
    events.while(name, () => new Promise<void>((resolve) => ends.set(name, resolve)));

  const first = begin("first");
  events.take(step(1), "first");
  const second = begin("second");
  events.take(step(7), "second");
  events.take({ kind: "note", text: "careful" }, "second");
  events.take({ kind: "note", text: "of all" });
  events.take(step(2), "first");
  expect(texts()).toEqual(["fit 1", "second: careful", "of all", "fit 2"]);

  ends.get("first")!();
  await first;
  const third = begin("third");
  events.take(step(8), "second");
  events.take(step(1), "third");
  expect(texts()).toEqual(["Of 2 stages at once, shown from here on: second.", "fit 8"]);
  ends.get("second")!();
  ends.get("third")!();
  await Promise.all([second, third]);
});
