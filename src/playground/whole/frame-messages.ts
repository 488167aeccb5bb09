import type { LiveEvent } from "../../dashboard/api.ts";

/** What a frame tells the page around it once it runs, and what comes back with the port of the answers. */
export const FRAME_ASKS = "aha: the dashboard is here";
export const PAGE_ANSWERS = "aha: ask here";

/** What the frame asks. */
export interface FrameQuestion {
  readonly id: number;
  /** Of `dashboard/api.ts`, with its query: `api/runs`. */
  readonly path: string;
}

/** An answer as a server would give it. */
export interface StoreAnswer {
  readonly status: number;
  /** JSON. */
  readonly text: string;
}

/** What the page tells the frame. */
export type ToFrame =
  | { readonly kind: "answer"; readonly id: number; readonly answer: StoreAnswer }
  | { readonly kind: "event"; readonly event: LiveEvent };
