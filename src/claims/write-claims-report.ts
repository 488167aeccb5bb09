import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ClaimResult } from "./claim-result.ts";
import { renderClaims, type ClaimsReportFacts } from "./render-claims.ts";

/**
 * Writes the report of all claims: Markdown at a path, JSON of the same name and figures in the folder claims/ beside
 * it.
 *
 * @param report the Markdown file
 */
export function writeClaimsReport(report: string, results: readonly ClaimResult[], facts: ClaimsReportFacts): void {
  const folder = join(dirname(report), "claims");
  mkdirSync(folder, { recursive: true });
  const { markdown, json, figures } = renderClaims(results, facts);
  for (const [name, svg] of figures) replace(join(folder, name), svg);
  replace(join(folder, `${basename(report, ".md")}.json`), json);
  replace(report, markdown);
}

/** Written beside and renamed, so that a kill leaves the report before. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
