import { expect, test } from "vitest";
import { fitProgress } from "./fit-progress.ts";
import type { TrainingEvent } from "./training-event.ts";

test("the remaining steps take as long as those so far did", () => {
  let seconds = 100;
  const events: TrainingEvent[] = [];
  const tell = fitProgress(
    (event) => events.push(event),
    () => seconds,
  );
  seconds = 104;
  tell({ step: 2, steps: 10, loss: 3, tokensPerSecond: 5 });
  seconds = 130;
  tell({ step: 10, steps: 10, loss: 1, tokensPerSecond: 5 });
  expect(events.map((event) => event.kind === "fit" && event.secondsLeft)).toEqual([16, 0]);
});
