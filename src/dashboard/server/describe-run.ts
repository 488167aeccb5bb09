import { createHash } from "node:crypto";
import { canonicalJson } from "../../host/canonical-json.ts";
import { openRunStore, summaryOf, type RunConfig } from "../../store/index.ts";
import { diskError } from "../../host/disk-error.ts";
import { AhaError } from "../../errors.ts";
import type { RunListing } from "../api.ts";

const LONGEST_NAME = 200;

/** A run in the list, read from its store; one that can't be read says why. */
export function describeRun(id: string, folder: string): RunListing {
  try {
    const store = openRunStore(folder, { readOnly: true });
    try {
      const { folder: _folder, ...summary } = summaryOf(folder, store);
      const start = store.states()[0];
      return {
        id,
        ...summary,
        ...ofConfig(store.config),
        model: modelName(start?.detail ?? "", store.config),
        started: start?.time ?? null,
      };
    } finally {
      store.close();
    }
  } catch (error) {
    const known = diskError("read", folder, error);
    if (!(known instanceof AhaError)) throw error;
    return {
      id,
      kind: "",
      task: "",
      model: "",
      state: "unreadable",
      steps: 0,
      plannedSteps: null,
      seed: null,
      experiment: "",
      accuracyBefore: null,
      accuracy: null,
      meanLength: null,
      started: null,
      updated: null,
      problem: known.message,
    };
  }
}

function ofConfig(config: RunConfig): Pick<RunListing, "plannedSteps" | "seed" | "experiment"> {
  const { seed, ...experiment } = config;
  return {
    plannedSteps: finite(config["steps"]),
    seed: finite(seed),
    experiment: createHash("sha256").update(canonicalJson(experiment)).digest("hex").slice(0, 16),
  };
}

/** As the run noted it when it started; one that noted none has the hash of its base, which tells bases apart. */
function modelName(noted: string, config: RunConfig): string {
  if (noted !== "") return noted.slice(0, LONGEST_NAME);
  const hash = config["baseSha256"];
  return typeof hash === "string" ? hash.slice(0, 12) : "";
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
