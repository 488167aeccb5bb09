import type { LiveEvent } from "../api.ts";

/** What is told of a run that can't be read. */
export function unreadable(id: string): LiveEvent {
  return { kind: "run", id, lastStep: 0, mark: "", state: "unreadable", evaluations: 0 };
}
