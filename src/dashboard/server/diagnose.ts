import type { RunWarning } from "../../runs/index.ts";
import type { RunReader } from "./run-reader.ts";

/** What a person should look at in a run. */
export function diagnoseRun(_reader: RunReader): readonly RunWarning[] {
  return [];
}
