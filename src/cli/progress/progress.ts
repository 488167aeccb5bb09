import type { TrainingEvent } from "../../training/training-event.ts";
import type { Host } from "../host.ts";
import { advance, downloadText, NOTHING_YET, type ProgressState } from "./progress-state.ts";
import { lastingText, liveLine, stepLine } from "./progress-text.ts";

/** Without a terminal, a step is printed when this many seconds have passed since the last one. */
const PLAIN_SECONDS = 5;
/** Without a terminal, what goes on beside the steps is said again after this many seconds of silence. */
const SILENT_SECONDS = 30;
/** In a terminal, the live line is redrawn no more often than this. */
const REDRAW_SECONDS = 0.1;
const CLEAR = "\r\u001b[2K";

export interface Progress {
  show(event: TrainingEvent): void;
  /** Takes the live line away, so that other words can follow. */
  end(): void;
}

export interface ProgressOptions {
  readonly quiet?: boolean;
}

/** Shows events on standard error: a live line in a terminal, plain lines elsewhere, nothing with `quiet`. */
export function createProgress(host: Host, { quiet = false }: ProgressOptions = {}): Progress {
  if (quiet) return { show: () => undefined, end: () => undefined };
  return host.live ? liveProgress(host) : plainProgress(host);
}

function liveProgress(host: Host): Progress {
  let state: ProgressState = NOTHING_YET;
  let drawn = false;
  let drawnAt = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (drawn) host.error(CLEAR);
    drawn = false;
  };
  return {
    show(event) {
      state = advance(state, event);
      const lasting = lastingText(event);
      if (lasting === null && host.seconds() - drawnAt < REDRAW_SECONDS) return;
      const line = liveLine(state, { columns: host.columns() - 1, unicode: host.unicode });
      clear();
      if (lasting !== null) host.error(`${lasting}\n`);
      if (line !== "") {
        host.error(line);
        drawn = true;
        drawnAt = host.seconds();
      }
    },
    end: clear,
  };
}

function plainProgress(host: Host): Progress {
  let state: ProgressState = NOTHING_YET;
  let printed = Number.NEGATIVE_INFINITY;
  let unprinted: string | null = null;
  const print = (line: string): void => {
    host.error(`${line}\n`);
    printed = host.seconds();
    unprinted = null;
  };
  const flush = (): void => {
    if (unprinted !== null) print(unprinted);
  };
  const stopTelling = host.every(SILENT_SECONDS, () => {
    if (state.busy !== null && host.seconds() - printed >= SILENT_SECONDS) print(state.busy);
  });
  return {
    show(event) {
      state = advance(state, event);
      if (event.kind === "step" || event.kind === "fit") {
        const line = stepLine(event, state);
        const step = event.kind === "step" ? event.metrics.step : event.step;
        if (host.seconds() - printed >= PLAIN_SECONDS || step >= event.steps) print(line);
        else unprinted = line;
        return;
      }
      if (event.kind === "downloading") {
        const line = downloadText(event);
        if (host.seconds() - printed >= PLAIN_SECONDS || event.done === event.total) print(line);
        else unprinted = line;
        return;
      }
      const lasting = lastingText(event);
      if (lasting === null) return;
      flush();
      host.error(`${lasting}\n`);
    },
    end() {
      stopTelling();
      flush();
    },
  };
}
