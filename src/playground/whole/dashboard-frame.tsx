import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../words/say.ts";
import { FRAME_ASKS, PAGE_ANSWERS, type FrameQuestion, type ToFrame } from "./frame-messages.ts";
import type { StoreClient } from "./store-client.ts";

export interface DashboardFrameProps {
  readonly store: StoreClient;
  /** The run that it shows first. */
  readonly run: string;
  /** Shows that run again when it changes. */
  readonly count: number;
}

/** The dashboard's page in a frame, answered by the store of this page. */
export function DashboardFrame({ store, run, count }: DashboardFrameProps): VNode {
  const frame = useRef<HTMLIFrameElement>(null);
  const address = `dashboard.html#/run/${encodeURIComponent(run)}`;
  const first = useRef(address);
  useEffect(() => answerFrame(store, () => frame.current?.contentWindow ?? null), [store]);
  useEffect(() => {
    const inside = frame.current?.contentWindow;
    // The frame's first address is its own; later ones change what stands behind the `#` alone.
    if (count > 1 && inside !== null && inside !== undefined) inside.location.hash = `#/run/${encodeURIComponent(run)}`;
    frame.current?.focus({ preventScroll: true });
  }, [run, count]);
  return <iframe class="whole-frame" ref={frame} src={first.current} title={say("whole.frame")} />;
}

/**
 * Answers a frame of this page, and no other window.
 *
 * @returns ends it
 */
function answerFrame(store: StoreClient, frame: () => Window | null): () => void {
  let port: MessagePort | undefined;
  const tell = (message: ToFrame): void => port?.postMessage(message);
  const onMessage = ({ data, origin, source }: MessageEvent<unknown>): void => {
    if (origin !== location.origin || source !== frame() || data !== FRAME_ASKS) return;
    port?.close();
    const { port1, port2 } = new MessageChannel();
    port = port1;
    port1.onmessage = ({ data: { id, path } }: MessageEvent<FrameQuestion>) =>
      void store.ask(path).then((answer) => tell({ kind: "answer", id, answer }));
    frame()?.postMessage(PAGE_ANSWERS, location.origin, [port2]);
  };
  store.onEvent = (event) => tell({ kind: "event", event });
  addEventListener("message", onMessage);
  return () => {
    removeEventListener("message", onMessage);
    port?.close();
    store.onEvent = () => undefined;
  };
}
