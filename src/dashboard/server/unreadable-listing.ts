import type { RunListing } from "../api.ts";

/** The longest line of a run's problem that the list shows. */
const LONGEST = 1000;

/** A run in the list that can't be read. @param problem one line that says why not */
export function unreadableListing(id: string, problem: string): RunListing {
  const unknown = { kind: "", task: "", model: "", experiment: "" };
  const measured = { heldOutBefore: null, heldOut: null, stepAccuracy: null, stepLength: null };
  const figures = { plannedSteps: null, seed: null, ...measured };
  const times = { started: null, updated: null };
  return { id, ...unknown, state: "unreadable", steps: 0, ...figures, ...times, problem: problem.slice(0, LONGEST) };
}
