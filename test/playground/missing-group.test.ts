import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { TrainerNews, TrainerOrder } from "../../src/playground/messages.ts";
import { TAB_DEFAULTS, type TabSettings } from "../../src/playground/settings.ts";
import { WebWorker } from "./node-tab.mjs";
import { PLAYGROUND, trainerScript } from "./serve-tab.ts";

const SETTINGS: TabSettings = {
  ...TAB_DEFAULTS,
  workers: 1,
  problemsPerStep: 2,
  groupSize: 2,
  evaluationProblems: 0,
};

test("a look at a group that isn't there is answered, and the run goes on", { timeout: 120_000 }, async () => {
  const root = pathToFileURL(`${PLAYGROUND}/`).href;
  const worker = new WebWorker(new URL(trainerScript(), root));
  const told: TrainerNews["kind"][] = [];
  const orders: readonly TrainerOrder[] = [
    { kind: "open", settings: SETTINGS, root },
    { kind: "step" },
    { kind: "look", problemIndex: 99 },
    { kind: "step" },
    { kind: "look", problemIndex: 1 },
  ];
  try {
    await new Promise<void>((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }) => {
        const { kind } = data as TrainerNews;
        if (kind !== "loading") told.push(kind);
        if (kind === "look" || kind === "failed") resolve();
      };
      for (const order of orders) worker.postMessage(order);
    });
  } finally {
    worker.terminate();
  }
  expect(told).toEqual(["ready", "step", "rest", "no group", "step", "rest", "look"]);
});
