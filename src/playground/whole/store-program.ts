import { askedBeside } from "../../asking/asking-options.ts";
import type { LiveEvent } from "../../dashboard/api.ts";
import { memoryApp } from "../../dashboard/server/memory-app.browser.ts";
import { LOOK } from "../../dashboard/server/readers/reader-messages.ts";
import { RunError } from "../../errors.ts";
import { BROWSER_TAB, type RunConfig } from "../../records/run-event.ts";
import { Transferred } from "../../host/transferred.ts";
import {
  createMemoryRun,
  forgetMemoryRun,
  memoryRun,
  memoryRunNames,
  noteMemoryRun,
  openMemoryRun,
} from "../../store/memory-runs.browser.ts";
import { startSqlite } from "../../store/memory-sqlite.browser.ts";
import { openRunStore } from "../../store/open-run.browser.ts";
import type { RunStore } from "../../store/run-store.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { loadTokenizer } from "../../tokenizer/tokenizer.ts";
import { TAB_MODELS, type TabSettings } from "../settings.ts";
import { fetchJson } from "../trainer/load-model.ts";
import { recordedOptions } from "../../training/recorded-options.ts";
import { zeroOptionsOf } from "../trainer/zero-options-of.ts";
import { TAB_RUN, type StoreCalls, type StoreInit } from "./store-calls.ts";

/** Characters of a file's name that a run is called by. */
const LONGEST_NAME = 60;

/**
 * Keeps runs in memory, and answers what the dashboard asks of them.
 *
 * @param notify takes a LiveEvent for each change
 */
export async function storeProgram(
  { root }: StoreInit,
  notify: (notice: unknown) => void,
): Promise<Promised<StoreCalls>> {
  await startSqlite(new URL("engine/sqlite.wasm", root).href);
  const tokenizers = new Map<string, Promise<Tokenizer | null>>();
  let run: RunStore | undefined;
  let settings: TabSettings | undefined;
  let dropped: string | undefined;
  const app = memoryApp({
    names: memoryRunNames,
    tokenizerOf: (name) => tokenizerOf(openRunStore(name).firstState?.detail ?? ""),
    // Its message is the answer.
    onMistake: () => undefined,
  });

  function tokenizerOf(model: string): Promise<Tokenizer | null> {
    if (!(TAB_MODELS as readonly string[]).includes(model)) return Promise.resolve(null);
    const loading = tokenizers.get(model) ?? fetchTokenizer(root, model);
    tokenizers.set(model, loading);
    return loading;
  }

  async function tell(name: string): Promise<void> {
    const answer = await app.request(`${LOOK}/${encodeURIComponent(name)}`);
    notify((await answer.json()) as LiveEvent);
    notify({ kind: "list" } satisfies LiveEvent);
  }

  async function record(work: (store: RunStore, begun: TabSettings) => void, written: boolean = true): Promise<void> {
    if (run === undefined || settings === undefined) throw new RunError("Expected the tab's run to have begun.");
    work(run, settings);
    noteMemoryRun(TAB_RUN, written);
    await tell(TAB_RUN);
  }

  return {
    begin: async (begun) => {
      settings = begun;
      run = createMemoryRun(TAB_RUN, configOf(begun));
      await record((store) => store.recordState("started", begun.model));
    },
    step: (metrics, rollouts) => record((store) => store.recordStep(metrics.step, metrics, rollouts)),
    evaluation: ({ step, ...result }) =>
      record((store, { steps }) => store.recordEvaluation(evaluationName(step, steps), step, result)),
    end: (state, detail) => record((store) => store.recordState(state, detail), false),
    open: async (file, bytes) => {
      const name = nameOf(file);
      openMemoryRun(name, file, bytes);
      if (dropped !== undefined && dropped !== name) forgetMemoryRun(dropped);
      dropped = name;
      await tell(name);
      return name;
    },
    ask: async (path) => {
      const answer = await app.request(path.startsWith("api/") ? `/${path}` : "/nothing");
      return { status: answer.status, text: await answer.text() };
    },
    take: () => {
      const bytes = memoryRun(TAB_RUN)?.database.content();
      if (bytes === undefined) throw new RunError("Expected the tab's run to have begun.");
      return new Transferred(bytes, [bytes.buffer as ArrayBuffer]) as unknown as Uint8Array;
    },
  };
}

/** Functions that may answer later. */
type Promised<Calls> = {
  readonly [K in keyof Calls]: Calls[K] extends (...parameters: infer P) => infer R
    ? (...parameters: P) => R | Promise<Awaited<R>>
    : never;
};

/**
 * As `aha zero` records it, and with what a tab alone has: a run without a baseline or by length is none that `aha`
 * could make again.
 */
export function configOf(settings: TabSettings): RunConfig {
  const options = zeroOptionsOf(settings);
  const { baseline, rewards } = settings;
  const own = {
    ...(baseline === "none" ? { advantages: "none" } : {}),
    ...(rewards === "rules" ? {} : { rewards }),
  };
  return {
    kind: "zero",
    ...recordedOptions(options),
    ...askedBeside(options),
    template: options.template,
    ...own,
    imported: BROWSER_TAB,
  };
}

export function evaluationName(step: number, steps: number): string {
  if (step === 0) return "before";
  return step === steps ? "after" : "during";
}

/** What a dropped run is called here: its file's name without what no folder's name has. */
export function nameOf(file: string): string {
  const name = file.replace(/[\p{C}/\\]/gu, "").slice(0, LONGEST_NAME);
  return name === "" || name === TAB_RUN || /^\.+$/.test(name) ? "dropped run" : name;
}

/** Null where it doesn't arrive: that costs the shading of tokens, not the text. */
async function fetchTokenizer(root: string, model: string): Promise<Tokenizer | null> {
  const at = (file: string): string => new URL(`models/${model}/${file}`, root).href;
  try {
    const [json, config] = await Promise.all([fetchJson(at("tokenizer.json")), fetchJson(at("tokenizer_config.json"))]);
    return loadTokenizer(json, config);
  } catch {
    return null;
  }
}
