import { diagnoseRun as diagnose, type RunWarning } from "../../runs/index.ts";
import type { RunReader } from "./run-reader.ts";

/** What a person should look at in a run. */
export function diagnoseRun({ metrics, evaluations, states }: RunReader): readonly RunWarning[] {
  return diagnose(metrics, evaluations, states);
}
