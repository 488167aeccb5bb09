import { objectArgument, textArgument } from "../errors.ts";
import { askedBeside } from "../asking/asking-options.ts";
import { join } from "node:path";
import { openTemplate, templateNameFor } from "../asking/model-template.ts";
import { renderExamples } from "../asking/render-examples.ts";
import { createJudge, type JudgeContext } from "../judging/create-judge.ts";
import { loadCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { RunConfig, RunStore } from "../store/index.ts";
import { writeNewFile } from "../host/plain-files.ts";
import { startAll } from "../host/start-all.ts";
import { sha256Of } from "../host/sha256.ts";
import { keepTaskSource, recordedTask } from "../store/run-code.ts";
import { openTask } from "../data/open-task.ts";
import type { Task } from "../tasks/index.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { withAdapter } from "../algorithms/with-adapter.ts";
import { loadExamples } from "../data/load-examples.ts";
import type { TrainingExample } from "../data/training-example.ts";
import { sftSizeDefaults } from "./model-size.ts";
import type { SftOptions } from "./sft-groups.ts";
import { resolveSftOptions } from "./sft-options.ts";
import { sftSteps, tokenizeExamples, trainSft, type TokenizedExample } from "../algorithms/train-sft.ts";
import { withWeights } from "./open-policy.ts";
import type { OpenJob, TrainedStep, TrainingJob } from "./training-job.ts";
import { continueRun, judgeContext, noting, startRun, type RunContext, type TrainingSummary } from "./training-run.ts";
import { besideAnother, deviceToResume, onDevice, recordedDevice } from "./run-device.ts";
import { withoutDevice, withoutEachStep, withoutPrecision } from "./recorded-options.ts";
import { weightsSha256 } from "./zero-setting.ts";

/** Where a run keeps its copy of the data, so that it can go on though the file has moved. */
const DATA = "data.jsonl";

/**
 * Supervised fine-tuning of a model into a run folder, on the completions of a data set.
 *
 * @throws OptionError, CheckpointError, RunError for what can't be trained
 */
export async function runSft(
  runFolder: string,
  partial: Partial<SftOptions> & Pick<SftOptions, "base" | "data">,
  context: RunContext = {},
): Promise<TrainingSummary> {
  textArgument("run", runFolder);
  objectArgument("options", partial);
  // Mistakes in the options are told before a model is read.
  const { base, lora } = resolveSftOptions(partial);
  const loaded = await loadCheckpoint(base);
  const sized = resolveSftOptions(partial, sftSizeDefaults(loaded.config, lora));
  const { options, recorded } = await onDevice(sized, loaded.config, context);
  const model = withAdapter(loaded, options, base);
  const examples = await learntExamples(options, model, context);
  const open = await opener(options, examples, model, judgeContext(context));
  const text = dataText(examples);
  const ofTask = await recordedTask(options.task, noting(context));
  return startRun(
    runFolder,
    { ...configOf(options, model, text), ...recorded, ...ofTask },
    model,
    open,
    context,
    () => {
      writeNewFile(join(runFolder, DATA), text);
      keepTaskSource(runFolder, options.task);
      return Promise.resolve();
    },
  );
}

/** Goes on with such a run on a task that may run (`taskToResume`). Closes the store. */
export async function resumeSft(
  runFolder: string,
  task: string,
  store: RunStore,
  context: RunContext = {},
): Promise<TrainingSummary> {
  const chosen = await deviceToResume(
    { folder: runFolder, config: store.config, changes: {}, changeable: false },
    context,
  );
  const config = recordedDevice(store.config, chosen);
  if (config !== store.config) store.changeConfig(config);
  const { kind: _kind, baseSha256: _base, dataSha256: _data, taskSha256: _task, deviceTest: _test, ...kept } = config;
  const options = resolveSftOptions({
    ...(kept as Partial<SftOptions>),
    task,
    base: join(runFolder, "checkpoints", "step-0"),
    data: join(runFolder, DATA),
  });
  // What the run keeps is written as it is learnt.
  const { examples } = await loadExamples(options.data);
  const open = await opener(
    options,
    examples as readonly TrainingExample[],
    await loadCheckpoint(options.base),
    judgeContext(context),
  );
  return continueRun(runFolder, store, open, context);
}

/** The data in the form in which they are learnt, which is told. */
async function learntExamples(
  options: SftOptions,
  model: Checkpoint,
  context: RunContext,
): Promise<readonly TrainingExample[]> {
  const { question, completion, subset, evalData, skipUnreadable } = options;
  const said = Object.entries({ question, completion, subset, evalData }).filter(([, value]) => value !== "");
  const { signal } = context;
  const loaded = await loadExamples(options.data, {
    ...Object.fromEntries(said),
    skipUnreadable,
    ...(signal === undefined ? {} : { signal }),
  });
  const { examples, note } = await renderExamples(loaded.examples, model, options, loaded.text);
  const left = loaded.leftOut === 0 ? "" : ` ${loaded.leftOut} rows are left out.`;
  noting(context)([`${note}${left}`, loaded.kept].filter((said) => said !== "").join(" "));
  return examples;
}

function configOf(options: SftOptions, model: Checkpoint, text: string): RunConfig {
  const { base, data, system, thinking, ...rest } = options;
  void base;
  void data;
  return {
    kind: "sft",
    ...withoutEachStep(withoutPrecision(withoutDevice(rest))),
    ...askedBeside({ system, thinking }),
    baseSha256: weightsSha256(model),
    dataSha256: sha256Of(text),
    template: templateNameFor(model, options.template),
  };
}

function dataText(examples: readonly TrainingExample[]): string {
  return examples.map((example) => `${JSON.stringify(example)}\n`).join("");
}

async function opener(
  options: SftOptions,
  examples: readonly TrainingExample[],
  model: Checkpoint,
  context: JudgeContext,
): Promise<OpenJob> {
  const task = options.task === "" ? undefined : await openTask(options.task);
  const { template, bos } = await openTemplate(model, options.template, task, options);
  const tokenized = tokenizeExamples(examples, model, bos);
  return (around, beside) =>
    openSftJob(besideAnother(options, beside), tokenized, withWeights(around), { template, task, context });
}

/** How a model is measured: on the problems of a task, where there is one. */
interface Measured {
  readonly template: PromptTemplate;
  readonly task: Task | undefined;
  readonly context: JudgeContext;
}

async function openSftJob(
  options: SftOptions,
  examples: readonly TokenizedExample[],
  model: Checkpoint,
  { template, task, context }: Measured,
): Promise<TrainingJob> {
  const { keepEvery, checkpointEvery } = options;
  const { policy, judge, stop } = await startAll(async (started) => ({
    judge: task && (await started.add(createJudge(task, options.task, {}, context))),
    policy: await started.add(
      startLocalPolicy(model, {
        device: options.device,
        workers: options.workers,
        tokenBudget: options.tokenBudget,
        basePrecision: options.basePrecision,
        packing: options.packing,
        optimizer: { weightDecay: options.weightDecay },
      }),
    ),
    stop: () => started.stop(),
  }));
  return {
    policy,
    tokenizer: model.tokenizer,
    limits: { steps: sftSteps(examples.length, options), minutes: 0, keepEvery, checkpointEvery, evaluateEvery: 0 },
    plannedMegabytes: null,
    extras: () => Promise.resolve(new Map()),
    restoreExtras: () => Promise.resolve(),
    async *train(from): AsyncGenerator<TrainedStep> {
      for await (const metrics of trainSft(policy, examples, options, from)) yield { metrics, rollouts: [] };
    },
    async evaluate(_name, step, onProgress) {
      if (task === undefined || judge === undefined) return null;
      const given = {
        judge,
        template,
        temperature: options.evaluationTemperature,
        version: step,
        signal: context.signal,
        onProgress,
      };
      return { ...(await evaluateRun(policy, model.tokenizer, given, options)), watched: [] };
    },
    preflight: () => Promise.resolve(),
    stop,
  };
}
