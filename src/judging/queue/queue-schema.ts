import type { OwnSchema } from "../../store/own-schema.ts";

/** What is judged, once for each content. Times are milliseconds since 1970, and order nothing. */
const EVALUATIONS = `(
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  needs TEXT NOT NULL,
  work TEXT NOT NULL,
  state TEXT NOT NULL,
  owner TEXT,
  take INTEGER NOT NULL,
  beat INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  losses INTEGER NOT NULL,
  due INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  ended INTEGER,
  verdict TEXT,
  reason TEXT,
  phase TEXT,
  seconds TEXT,
  log TEXT
) STRICT`;

/** Who asks for it. */
const JOBS = `(
  run TEXT NOT NULL,
  batch TEXT NOT NULL,
  problem TEXT NOT NULL,
  sample INTEGER NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (run, batch, problem, sample, key)
) STRICT, WITHOUT ROWID`;

const EVALUATORS = `(
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  beat INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  judged INTEGER NOT NULL
) STRICT, WITHOUT ROWID`;

export const QUEUE_SCHEMA: OwnSchema = {
  what: "queue",
  // "AhaQ"
  applicationId: 0x41686151,
  version: 1,
  tables: [
    ["evaluations", EVALUATIONS],
    ["jobs", JOBS],
    ["evaluators", EVALUATORS],
  ],
  indexes: [
    ["sqlite_autoindex_evaluations_1", "evaluations", null],
    ["evaluations_state", "evaluations", "(state, id)"],
    ["jobs_key", "jobs", "(key)"],
  ],
};
