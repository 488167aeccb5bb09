import type { JudgePause } from "../judging/patient-verifier.ts";
import type { Watch } from "./compositions.ts";

/** Tells something in words. */
export function notedEvent(onEvent: Watch["onEvent"]): (text: string) => void {
  return (text) => onEvent({ kind: "note", text });
}

/** Tells that judging waits for a verifier. */
export function pausedEvent(onEvent: Watch["onEvent"]): (pause: JudgePause) => void {
  return (pause) => onEvent({ kind: "judge paused", ...pause });
}
