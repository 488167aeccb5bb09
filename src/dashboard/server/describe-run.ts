import { createHash } from "node:crypto";
import { basename } from "node:path";
import { canonicalJson } from "../../runs/content-digest.ts";
import { openRunStore, summaryOf, type RunConfig } from "../../runs/index.ts";
import { diskError } from "../../runs/disk-error.ts";
import { AhaError } from "../../errors.ts";
import type { RunListing } from "../api.ts";

const LONGEST_NAME = 200;

/** A run in the list, read from its store; one that can't be read says why. */
export function describeRun(id: string, folder: string): RunListing {
  try {
    const store = openRunStore(folder, { readOnly: true });
    try {
      const { folder: _folder, ...summary } = summaryOf(folder, store);
      return { id, ...summary, ...ofConfig(store.config), started: store.states()[0]?.time ?? null };
    } finally {
      store.close();
    }
  } catch (error) {
    const known = diskError("read", folder, error);
    if (!(known instanceof AhaError)) throw error;
    return {
      id, kind: "", task: "", model: "", state: "unreadable", steps: 0, plannedSteps: null, seed: null, experiment: "", accuracyBefore: null, accuracy: null, meanLength: null,
      started: null, updated: null, problem: known.message,
    };
  }
}

function ofConfig(config: RunConfig): Pick<RunListing, "model" | "plannedSteps" | "seed" | "experiment"> {
  const { seed, ...experiment } = config;
  return {
    model: typeof config["base"] === "string" ? modelName(config["base"]) : "",
    plannedSteps: finite(config["steps"]),
    seed: finite(seed),
    experiment: createHash("sha256").update(canonicalJson(experiment)).digest("hex").slice(0, 16),
  };
}

/** The last part of a path or of a hub's name, without the commit. */
function modelName(base: string): string {
  return basename(base.replaceAll("\\", "/").replace(/@[0-9a-f]{7,64}$/, "")).slice(0, LONGEST_NAME);
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
