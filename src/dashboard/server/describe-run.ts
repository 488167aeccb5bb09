import { canonicalJson } from "../../host/canonical-json.ts";
import { sha256Of } from "../../host/sha256.ts";
import { ENDLESS_STEPS } from "../../figures/index.ts";
import { openRunStore, summaryOf, type RunConfig } from "../../store/index.ts";
import { problemOf } from "../../store/run-summary.ts";
import type { RunListing } from "../api.ts";
import { unreadableListing } from "./unreadable-listing.ts";

const LONGEST_NAME = 200;

/** A run in the list, read from its store; one that can't be read says why. */
export function describeRun(id: string, folder: string): RunListing {
  try {
    const store = openRunStore(folder, { readOnly: true });
    try {
      const { folder: _folder, ...summary } = summaryOf(folder, store);
      const start = store.firstState;
      const [kind, task] = [summary.kind, summary.task].map((name) => name.slice(0, LONGEST_NAME)) as [string, string];
      return {
        id,
        ...summary,
        kind,
        task,
        ...ofConfig(store.config),
        model: modelName(start?.detail ?? "", store.config),
        started: start?.time ?? null,
      };
    } finally {
      store.close();
    }
  } catch (error) {
    // Whatever it is: one run must never take the others along.
    return unreadableListing(id, problemOf(folder, error));
  }
}

function ofConfig(config: RunConfig): Pick<RunListing, "plannedSteps" | "seed" | "experiment"> {
  const { seed, ...experiment } = config;
  return {
    plannedSteps: plannedSteps(config),
    seed: finite(seed),
    experiment: sha256Of(canonicalJson(experiment)).slice(0, 16),
  };
}

/** As the run noted it when it started; one that noted none has the hash of its base, which tells bases apart. */
function modelName(noted: string, config: RunConfig): string {
  if (noted !== "") return noted.slice(0, LONGEST_NAME);
  const hash = config["baseSha256"];
  return typeof hash === "string" ? hash.slice(0, 12) : "";
}

/** A run that ends by the clock has more steps planned than any makes. */
function plannedSteps(config: RunConfig): number | null {
  const steps = finite(config["steps"]);
  return steps === null || steps >= ENDLESS_STEPS ? null : steps;
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
