import { basename, dirname, join } from "node:path";
import { writeFileAtomically } from "../host/write-file.ts";
import type { ClaimResult } from "./claim-result.ts";
import { renderClaims, type ClaimsReportFacts } from "./render-claims.ts";

/**
 * Writes the report of all claims: Markdown at a path, JSON of the same name and figures in the folder claims/ beside
 * it. Each is whole or not at all, so that a kill leaves the report before; the Markdown comes last.
 *
 * @param report the Markdown file
 * @throws CheckpointError where one can't be written
 */
export async function writeClaimsReport(
  report: string,
  results: readonly ClaimResult[],
  facts: ClaimsReportFacts,
): Promise<void> {
  const folder = join(dirname(report), "claims");
  const { markdown, json, figures } = renderClaims(results, facts);
  for (const [name, svg] of figures) await writeFileAtomically(join(folder, name), svg);
  await writeFileAtomically(join(folder, `${basename(report, ".md")}.json`), json);
  await writeFileAtomically(report, markdown);
}
