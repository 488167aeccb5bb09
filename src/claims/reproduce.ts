import { sumOf } from "../numbers/sum.ts";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { StageRunner, type PlannedStage, type StageContext } from "../pipelines/stage-runner.ts";
import type { Claim } from "./claim.ts";
import type { ClaimResult } from "./claim-result.ts";
import { findClaims } from "./claims.ts";
import { Laboratory } from "./laboratory.ts";
import { resolveReproduceOptions, type ReproduceOptions, type ReproduceRequest } from "./reproduce-options.ts";
import type { ClaimsReportFacts } from "./render-claims.ts";
import { writeClaimsReport } from "./write-claims-report.ts";
import { conclude, undecidedRemarks } from "./conclude.ts";

export interface ReproduceSummary {
  readonly report: string;
  readonly claims: readonly { readonly claim: string; readonly conclusion: ClaimResult["conclusion"] }[];
  readonly seconds: number;
}

/**
 * Runs the experiments on claims of the paper and writes the report after each of them. What was done before is reused;
 * a kill loses at most the step in progress.
 */
export async function reproduce(request: ReproduceRequest, context: StageContext = {}): Promise<ReproduceSummary> {
  const options = resolveReproduceOptions(request);
  const started = performance.now();
  const { claims, laboratory, seeds } = await prepare(options, context);
  const results: ClaimResult[] = [];
  for (const [i, claim] of claims.entries()) {
    const left = leftToDo(laboratory, claims.slice(i), seeds);
    const minutes = Math.ceil(left.seconds / 60);
    context.onEvent?.({
      kind: "note",
      text: `Claim ${i + 1} of ${claims.length}, ${claim.name}. In all ${left.stages} stages are to be done, about ${minutes} min.`,
    });
    for (const seed of seeds) for (const stage of claim.stages(laboratory, seed)) await laboratory.runner.result(stage);
    results.push(await resultOf(claim, laboratory, seeds, options));
    context.onEvent?.({ kind: "note", text: `${claim.name}: ${results.at(-1)!.conclusion}` });
    await writeClaimsReport(options.report, results, reportFacts(options));
  }
  return {
    report: options.report,
    claims: results.map(({ claim, conclusion }) => ({ claim, conclusion })),
    seconds: (performance.now() - started) / 1000,
  };
}

/** The stages that the experiments need, and which of them are done. */
export async function planReproduction(request: ReproduceRequest): Promise<PlannedStage[]> {
  const { claims, laboratory, seeds } = await prepare(resolveReproduceOptions(request), {});
  return laboratory.runner.plan(claims.flatMap((claim) => seeds.flatMap((seed) => claim.stages(laboratory, seed))));
}

function leftToDo(
  laboratory: Laboratory,
  claims: readonly Claim[],
  seeds: readonly number[],
): { readonly stages: number; readonly seconds: number } {
  const stages = laboratory.runner
    .plan(claims.flatMap((claim) => seeds.flatMap((seed) => claim.stages(laboratory, seed))))
    .filter(({ state }) => state !== "cached");
  return { stages: stages.length, seconds: sumOf(stages, ({ expectedSeconds }) => expectedSeconds) };
}

async function prepare(
  options: ReproduceOptions,
  context: StageContext,
): Promise<{ readonly claims: readonly Claim[]; readonly laboratory: Laboratory; readonly seeds: readonly number[] }> {
  const claims = findClaims(options.claim);
  const laboratory = await Laboratory.open(new StageRunner(options.folder, context), options);
  return { claims, laboratory, seeds: Array.from({ length: options.seeds }, (_, i) => i + 1) };
}

async function resultOf(
  claim: Claim,
  laboratory: Laboratory,
  seeds: readonly number[],
  { quick }: ReproduceOptions,
): Promise<ClaimResult> {
  const findings = await claim.find(laboratory, seeds);
  const stages = laboratory.runner.plan(seeds.flatMap((seed) => claim.stages(laboratory, seed)));
  return {
    claim: claim.name,
    statement: claim.statement,
    hypothesis: claim.hypothesis,
    method: claim.method,
    control: claim.control,
    seeds,
    ...findings,
    remarks: [...findings.remarks, ...(quick ? [] : undecidedRemarks(findings.measures))],
    conclusion: quick ? "inconclusive" : conclude(findings.measures),
    seconds: sumOf(stages, ({ seconds }) => seconds),
    quick,
    command: `npx aha reproduce ${claim.name} --seeds ${seeds.length}${quick ? " --quick" : ""}`,
  };
}

function reportFacts({ claim, seeds, quick }: ReproduceOptions): ClaimsReportFacts {
  return {
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"})`,
    version: versionOf(),
    command: `npx aha reproduce ${claim} --seeds ${seeds}${quick ? " --quick" : ""}`,
  };
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return version;
}
