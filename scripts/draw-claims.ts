/**
 * Writes a report of claims again from its JSON, figures too, without running an experiment:
 *
 *   npx tsx scripts/draw-claims.ts            docs/claims.md from docs/claims/claims.json
 *   npx tsx scripts/draw-claims.ts REPORT.md  from the JSON in the folder claims/ beside it
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ClaimResult } from "../src/claims/claim-result.ts";
import type { ClaimsReportFacts } from "../src/claims/render-claims.ts";
import { writeClaimsReport } from "../src/claims/write-claims-report.ts";

const [report = "docs/claims.md"] = process.argv.slice(2);
const file = join(dirname(report), "claims", `${basename(report, ".md")}.json`);
const { results, ...facts } = JSON.parse(readFileSync(file, "utf8")) as ClaimsReportFacts & {
  readonly results: readonly ClaimResult[];
};
await writeClaimsReport(report, results, facts);
