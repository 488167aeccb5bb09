import type { LiveEvent } from "../../dashboard/api.ts";
import type { EventStream } from "../../dashboard/ui/live/live-events.ts";
import { FRAME_ASKS, PAGE_ANSWERS, type FrameQuestion, type StoreAnswer, type ToFrame } from "./frame-messages.ts";

/** The frame's end of what it asks the page around it. */
export class FrameAnswers {
  private readonly port: Promise<MessagePort>;
  private readonly waiting = new Map<number, (answer: StoreAnswer) => void>();
  private readonly streams = new Set<EventStream>();
  private nextId = 0;

  constructor() {
    this.port = askForPort();
    void this.port.then((port) => {
      port.onmessage = ({ data }: MessageEvent<ToFrame>) => this.take(data);
    });
  }

  /** Asks as `fetch` does. */
  async ask(path: string, { signal }: RequestInit): Promise<Response> {
    const port = await this.port;
    signal?.throwIfAborted();
    const id = this.nextId++;
    const answer = await new Promise<StoreAnswer>((resolve, reject) => {
      this.waiting.set(id, resolve);
      signal?.addEventListener("abort", () => {
        this.waiting.delete(id);
        reject(signal.reason as Error);
      });
      port.postMessage({ id, path } satisfies FrameQuestion);
    });
    return new Response(answer.text, { status: answer.status });
  }

  /** Tells what happens as an event source does; the page says `hello` when it answers. */
  openStream(): EventStream {
    const stream: EventStream = { onmessage: null, onerror: null, close: () => this.streams.delete(stream) };
    this.streams.add(stream);
    void this.port.then(() => tell(stream, { kind: "hello", server: "this page" }));
    return stream;
  }

  private take(message: ToFrame): void {
    if (message.kind === "event") return this.streams.forEach((stream) => tell(stream, message.event));
    this.waiting.get(message.id)?.(message.answer);
    this.waiting.delete(message.id);
  }
}

function tell(stream: EventStream, event: LiveEvent): void {
  const message = new MessageEvent("message", { data: JSON.stringify(event) });
  stream.onmessage?.call(stream as EventSource, message);
}

/** Only a page of the same origin may answer: others are not heard. */
function askForPort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    addEventListener("message", ({ data, origin, source, ports: [port] }: MessageEvent<unknown>) => {
      if (source === parent && origin === location.origin && data === PAGE_ANSWERS && port !== undefined) resolve(port);
    });
    parent.postMessage(FRAME_ASKS, location.origin);
  });
}
