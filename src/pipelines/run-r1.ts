import { givenModel } from "./given-model.ts";
import { resolveR1Options, type R1Options } from "./r1-options.ts";
import { r1Stages, R1_MODELS, type R1Model, type R1Stages } from "./r1.ts";
import { StageRunner, type PlannedStage, type StageContext } from "./stage-runner.ts";

export interface RunR1Options extends Partial<R1Options> {
  /** A model of any form, or a run's folder. */
  readonly base: string;
  /** Where everything is kept. */
  readonly folder: string;
}

/** A row of the table at the end: a model by the paper's name, and how it does. Shares from 0 to 1. */
export interface R1Row {
  readonly model: "Base" | R1Model;
  readonly folder: string;
  readonly accuracy: number;
  readonly standardError: number;
  readonly meanLength: number;
  readonly selfCorrectionShare: number;
  readonly languageMixing: number | null;
  readonly formatShare: number | null;
  readonly truncatedShare: number;
  /** How much answers to general prompts are liked, from 0 to 1. */
  readonly preference: number | null;
}

export interface R1Summary {
  readonly folder: string;
  readonly rows: readonly R1Row[];
  readonly seconds: number;
}

/**
 * The whole of R1 on one machine: every stage that isn't done yet, then the table of all models.
 *
 * @throws OptionError, CheckpointError, RunError for what can't be used
 */
export async function runR1(options: RunR1Options, context: StageContext = {}): Promise<R1Summary> {
  const started = performance.now();
  const { runner, stages } = await prepare(options, context);
  const rows: R1Row[] = [];
  for (const model of ["Base", ...R1_MODELS] as const) {
    const { evaluation, general } = await runner.result(stages.measures[model]);
    const { accuracy, standardError, meanLength, selfCorrectionShare, languageMixing, formatShare, truncatedShare } =
      evaluation;
    rows.push({
      model,
      folder: model === "Base" ? options.base : stages.models[model].folder,
      accuracy,
      standardError,
      meanLength,
      selfCorrectionShare,
      languageMixing,
      formatShare,
      truncatedShare,
      preference: general?.preference ?? null,
    });
  }
  return { folder: options.folder, rows, seconds: (performance.now() - started) / 1000 };
}

/** The stages, what they cost, and which of them are done. */
export async function planR1(options: RunR1Options): Promise<PlannedStage[]> {
  const { runner, stages } = await prepare(options, {});
  return runner.plan(Object.values(stages.measures));
}

async function prepare(
  { base, folder, ...changes }: RunR1Options,
  context: StageContext,
): Promise<{ readonly runner: StageRunner; readonly stages: R1Stages }> {
  const options = resolveR1Options(changes);
  const runner = new StageRunner(folder, context);
  return { runner, stages: r1Stages(runner, await givenModel(base), options) };
}
