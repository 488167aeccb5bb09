import { ASKING } from "../asking/asking-options.ts";
import { EVALUATION } from "../evaluation/evaluation-options.ts";
import { OPTIMIZER } from "../optimizer/optimizer-options.ts";
import { adapted, optionGroup, pick, storedAs, text, type FlatValues, type OptionSet } from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { SAMPLING } from "../policy/sampling/sampling-options.ts";
import { DATA } from "../data/data-options.ts";
import { EXAMPLES } from "../algorithms/examples-options.ts";
import { RUN } from "../algorithms/run-options.ts";

/**
 * The groups of options of supervised fine-tuning. Two to three epochs and a cosine to a tenth, as R1's
 * (arXiv:2501.12948, supplement); the rate is for models of under a million parameters.
 */
export const SFT = {
  run: optionGroup("", "The run", {
    /** Empty for none. */
    task: adapted(RUN.options.task, { fallback: "", help: "a task to measure on before and after", otherwise: "none" }),
    /** For the task's questions and those of the data; prompts that are texts are learnt as they stand. */
    template: RUN.options.template,
    seed: RUN.options.seed,
    keepEvery: adapted(RUN.options.keepEvery, { fallback: 100 }),
    checkpointEvery: RUN.options.checkpointEvery,
  }),
  data: optionGroup("data", DATA.title, {
    question: adapted(DATA.options.question, { help: "the column of what is asked" }),
    completion: text({
      fallback: "",
      flag: "--completion <column>",
      help: "the column of what is learnt",
      otherwise: "by the columns",
    }),
    ...pick(DATA.options, "subset", "evalData", "skipUnreadable"),
  }),
  asking: ASKING,
  examples: EXAMPLES,
  optimizer: optionGroup("optimizer", OPTIMIZER.title, {
    ...OPTIMIZER.options,
    learningRate: adapted(OPTIMIZER.options.learningRate, { fallback: 1e-3, help: "of the optimizer, at its highest" }),
    warmup: adapted(OPTIMIZER.options.warmup, { fallback: 10 }),
  }),
  engine: optionGroup(
    "engine",
    ENGINE.title,
    pick(ENGINE.options, "workers", "device", "tokenBudget", "basePrecision", "lora", "loraAlpha", "loraTargets"),
  ),
  evaluation: optionGroup("evaluation", EVALUATION.title, {
    ...pick(EVALUATION.options, "split", "samples", "problems"),
    temperature: storedAs(
      adapted(SAMPLING.options.temperature, { flag: "--evaluation-temperature <t>", help: "of those samples" }),
      "evaluationTemperature",
    ),
    maxCompletionTokens: adapted(SAMPLING.options.maxCompletionTokens, {
      help: "where a completion is cut when it is measured",
    }),
  }),
} as const satisfies OptionSet;

/** Everything that decides a run of supervised fine-tuning, as its config keeps it. */
export interface SftOptions extends FlatValues<typeof SFT> {
  /** The model's folder that is trained. */
  readonly base: string;
  /** A file or folder of rows, `hf:owner/name`, `-`, or a run whose right rollouts are learnt from. */
  readonly data: string;
}
