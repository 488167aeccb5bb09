import { show } from "../errors.ts";
import { sumOf } from "../numbers/sum.ts";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { workInLanes } from "../pipelines/stage-lanes.ts";
import { StageRunner, workOrder, type PlannedStage, type Stage, type StageContext } from "../pipelines/stage-runner.ts";
import { workLeftText } from "../pipelines/work-left.ts";
import type { Claim } from "./claim.ts";
import type { ClaimResult } from "./claim-result.ts";
import { findClaims } from "./claims.ts";
import { Laboratory } from "./laboratory.ts";
import { LaneEvents } from "./lane-events.ts";
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
 * Runs the experiments on claims of the paper and writes the report as soon as each is done. What was done before is
 * reused; a kill loses at most the steps in progress.
 */
export async function reproduce(request: ReproduceRequest, context: StageContext = {}): Promise<ReproduceSummary> {
  const options = resolveReproduceOptions(request);
  const started = performance.now();
  const events = new LaneEvents(context.onEvent);
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(context.signal === undefined ? [] : [context.signal])]);
  const onEvent: StageContext["onEvent"] = (event, stage) => events.take(event, stage);
  const { claims, laboratory, seeds } = await prepare(options, { signal, onEvent });
  const { runner } = laboratory;
  const stages = stagesOf(laboratory, claims, seeds);
  onEvent({ kind: "note", text: workLeftText(runner.plan(stages), options.workers) });
  const done = workInLanes(workOrder(stages), options.workers, (stage) =>
    events.while(stage.name, () => runner.result(stage)),
  );
  // Rejects as soon as any stage does.
  const all = Promise.all(done.values());
  const results: ClaimResult[] = [];
  try {
    for (const [i, claim] of claims.entries()) {
      const own = workOrder(stagesOf(laboratory, [claim], seeds)).map(({ key }) => done.get(key)!);
      await Promise.race([all, Promise.all(own)]);
      results.push(await resultOf(claim, laboratory, seeds, options));
      const text = `Claim ${i + 1} of ${claims.length}, ${claim.name}: ${results.at(-1)!.conclusion}`;
      onEvent({ kind: "note", text });
      await writeClaimsReport(options.report, results, reportFacts(options));
    }
  } catch (error) {
    failure.abort();
    await Promise.allSettled(done.values());
    throw error;
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
  return laboratory.runner.plan(stagesOf(laboratory, claims, seeds));
}

/** Claim by claim, seed by seed. */
function stagesOf(laboratory: Laboratory, claims: readonly Claim[], seeds: readonly number[]): Stage[] {
  return claims.flatMap((claim) => seeds.flatMap((seed) => claim.stages(laboratory, seed)));
}

async function prepare(
  options: ReproduceOptions,
  context: StageContext,
): Promise<{ readonly claims: readonly Claim[]; readonly laboratory: Laboratory; readonly seeds: readonly number[] }> {
  const claims = findClaims(options.claim);
  // A worker a stage: what they come to is the same however many are done at once.
  const laboratory = await Laboratory.open(new StageRunner(options.folder, context), { ...options, workers: 1 });
  return { claims, laboratory, seeds: Array.from({ length: options.seeds }, (_, i) => i + 1) };
}

async function resultOf(
  claim: Claim,
  laboratory: Laboratory,
  seeds: readonly number[],
  options: ReproduceOptions,
): Promise<ClaimResult> {
  const { quick, base } = options;
  const findings = await claim.find(laboratory, seeds);
  const stages = laboratory.runner.plan(stagesOf(laboratory, [claim], seeds));
  return {
    claim: claim.name,
    statement: claim.statement,
    hypothesis: claim.hypothesis,
    method: claim.method,
    control: claim.control,
    seeds,
    ...findings,
    remarks: [
      ...findings.remarks,
      ...(base === undefined
        ? []
        : [`What starts from models/countdown-base elsewhere starts from ${show(base)} here.`]),
      ...(quick ? [] : undecidedRemarks(findings.measures)),
    ],
    conclusion: quick ? "inconclusive" : conclude(findings.measures),
    seconds: sumOf(stages, ({ seconds }) => seconds),
    quick,
    command: commandOf(claim.name, options),
  };
}

function commandOf(claim: string, { seeds, quick, base }: ReproduceOptions): string {
  const flags = [`--seeds ${seeds}`, ...(quick ? ["--quick"] : []), ...(base === undefined ? [] : [`--base ${base}`])];
  return ["npx aha reproduce", claim, ...flags].join(" ");
}

function reportFacts(options: ReproduceOptions): ClaimsReportFacts {
  const { claim, workers } = options;
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"})`;
  return {
    machine: workers === 1 ? machine : `${machine}, ${workers} stages at once`,
    version: versionOf(),
    command: commandOf(claim, options),
  };
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return version;
}
