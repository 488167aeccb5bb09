import { useState } from "preact/hooks";
import type { TabClient } from "../client/tab-client.ts";
import { say } from "../words/say.ts";
import type { StoreClient } from "./store-client.ts";

/** The model's files that training leaves as they are. */
const UNCHANGED = ["config.json", "tokenizer.json", "tokenizer_config.json"];

export interface RunExport {
  readonly busy: boolean;
  /** How it stands, in words. */
  readonly told: string;
  take(store: StoreClient, client: TabClient): void;
}

/** Takes a tab's run along: a zip file of its folder, which the browser downloads. */
export function useExport(): RunExport {
  const [state, setState] = useState({ busy: false, told: "" });

  async function work(store: StoreClient, client: TabClient): Promise<void> {
    setState({ busy: true, told: say("whole.exporting") });
    try {
      const name = await download(store, client);
      setState({ busy: false, told: say("whole.exported", { name }) });
    } catch (error) {
      setState({ busy: false, told: say("whole.exportFailed", { reason: (error as Error).message }) });
    }
  }

  return { ...state, take: (store, client) => void work(store, client) };
}

/** @returns the folder's name */
async function download(store: StoreClient, client: TabClient): Promise<string> {
  const { settings } = client.state;
  const name = `${settings.model}-seed-${settings.seed}`;
  // The weights belong to the last step that was made.
  client.pause();
  const weights = await client.weights();
  const { runArchive } = await import("./run-archive.ts");
  const fetched = await Promise.all(UNCHANGED.map((file) => modelFile(settings.model, file)));
  const model = new Map([...UNCHANGED.map((file, i) => [file, fetched[i]!] as const), ["model.safetensors", weights]]);
  const archive = runArchive({ name, database: await store.take(), model });
  const address = URL.createObjectURL(new Blob([archive], { type: "application/zip" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
}

async function modelFile(model: string, file: string): Promise<Uint8Array> {
  const answer = await fetch(`models/${model}/${file}`);
  if (!answer.ok) throw new Error(`${file} did not arrive (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}
