/** The worker of a tab in which a run is trained: the page stays free. */
import { sendError } from "../../host/sent-error.ts";
import { openWorkersBy } from "../../host/worker-host.browser.ts";
import type { TrainerNews, TrainerOrder } from "../messages.ts";
import { loadModel } from "./load-model.ts";
import { TabRun } from "./tab-run.ts";
import { workerScope } from "./worker-scope.ts";

openWorkersBy((name) => new Worker(new URL("./engine-worker.ts", import.meta.url), { type: "module", name }));

const tell = (news: TrainerNews): void => workerScope.postMessage(news);

let run: TabRun | undefined;
/** What is under way, one after the other. */
let work: Promise<void> = Promise.resolve();
let pausing = false;

async function open({ settings, root }: TrainerOrder & { readonly kind: "open" }): Promise<void> {
  const model = await loadModel(root, settings.model, (bytes, of) => tell({ kind: "loading", bytes, of }));
  run = await TabRun.open(model, settings);
  tell({ kind: "ready", parameters: run.parameters, workers: settings.workers, shared: run.shares });
  await measure(run);
}

async function measure(opened: TabRun): Promise<void> {
  if (opened.isMeasured) tell({ kind: "evaluation", evaluation: await opened.evaluate() });
}

/** @returns whether there was one to make */
async function makeStep(opened: TabRun): Promise<boolean> {
  const step = await opened.next();
  if (step === undefined) return false;
  tell({ kind: "step", ...step });
  await measure(opened);
  return true;
}

async function look(opened: TabRun, problemIndex: number): Promise<void> {
  const seen = await opened.look(problemIndex);
  if (seen === undefined) tell({ kind: "no group", step: opened.step, problemIndex });
  else tell({ kind: "look", look: seen });
}

async function carryOut(order: TrainerOrder): Promise<void> {
  if (order.kind === "open") return open(order);
  const opened = run!;
  if (order.kind === "model") return tell({ kind: "model", weights: await opened.weights() });
  let over = false;
  if (order.kind === "train") {
    while (!pausing && !over) over = !(await makeStep(opened));
  }
  if (order.kind === "step") over = !(await makeStep(opened));
  // What it says ends it: a rest would be taken for that of an order behind it.
  if (order.kind === "look") return look(opened, order.problemIndex);
  tell({ kind: "rest", over });
}

workerScope.onmessage = ({ data: order }: MessageEvent<TrainerOrder>) => {
  if (order.kind === "pause") {
    pausing = true;
    return;
  }
  // When it is ordered, not when its turn comes: a pause in between holds.
  if (order.kind === "train") pausing = false;
  work = work.then(() => carryOut(order)).catch((error: unknown) => tell({ kind: "failed", error: sendError(error) }));
};
