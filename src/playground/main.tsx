import type { TrainerNews, TrainerOrder } from "./messages.ts";
import { TAB_DEFAULTS } from "./settings.ts";

const root = new URL(".", location.href).href;
const worker = new Worker(new URL("./trainer/trainer-worker.ts", import.meta.url), { type: "module" });
const order = (what: TrainerOrder): void => worker.postMessage(what);
const told: TrainerNews[] = [];
const began = performance.now();
Object.assign(globalThis, { order, told });
worker.onmessage = ({ data }: MessageEvent<TrainerNews>) => {
  told.push(data);
  const line = document.createElement("pre");
  line.textContent = `${Math.round(performance.now() - began)} ${JSON.stringify(data, (key, value: unknown) => (key === "groups" ? undefined : value)).slice(0, 200)}`;
  document.body.append(line);
};
order({
  kind: "open",
  settings: { ...TAB_DEFAULTS, ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))) } as never,
  root,
});
order({ kind: "train" });
