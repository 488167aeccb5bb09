import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { CheckpointError } from "../errors.ts";
import type { ClaimResult } from "./claim-result.ts";
import { renderClaims, type ClaimsReportFacts } from "./render-claims.ts";
import { writeClaimsReport } from "./write-claims-report.ts";

const { results, ...FACTS } = JSON.parse(
  readFileSync(new URL("../../docs/claims/claims.json", import.meta.url), "utf8"),
) as ClaimsReportFacts & { readonly results: readonly ClaimResult[] };
const SOME = results.slice(0, 1);

test("the report, its JSON and its figures, in the place of those before", async () => {
  const report = join(temporaryFolder(), "deep", "all.md");
  await writeClaimsReport(report, SOME, FACTS);
  writeFileSync(report, "an older one");
  await writeClaimsReport(report, SOME, FACTS);
  const { markdown, json, figures } = renderClaims(SOME, FACTS);
  const folder = join(report, "..", "claims");
  expect(readFileSync(report, "utf8")).toBe(markdown);
  expect(readFileSync(join(folder, "all.json"), "utf8")).toBe(json);
  expect(readdirSync(folder).toSorted()).toEqual(["all.json", ...Array.from(figures, ([name]) => name)].toSorted());
});

test("where something else stands in its place: told, and nothing half is left", async () => {
  const parent = temporaryFolder();
  writeFileSync(join(parent, "claims"), "a file");
  const report = join(parent, "all.md");
  await expect(writeClaimsReport(report, SOME, FACTS)).rejects.toThrow(CheckpointError);
  expect(existsSync(report)).toBe(false);
});
