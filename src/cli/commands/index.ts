import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";

/** What commands are for, in the order of the list. */
export type CommandGroup = "The main job" | "Learn" | "Your task and data" | "Train" | "Look" | "Use" | "The machine";

/** A command as the list of all commands shows it. The rest is loaded where the command is used or asked about. */
export interface CommandRow {
  /** Its name, and its arguments: `show <run>`. */
  readonly usage: string;
  readonly summary: string;
  /** Its heading in the list. */
  readonly group: CommandGroup;
  /** Gives what adds the command to a program. */
  readonly load: () => Promise<(program: Command, context: CommandContext) => void>;
}

/** Every command, in the order of the list. */
export const COMMANDS: readonly CommandRow[] = [
  {
    usage: "zero",
    summary: "train a base model to reason, by reinforcement learning alone",
    group: "The main job",
    load: async () => (await import("./zero.ts")).addZeroCommand,
  },
  {
    usage: "play",
    summary: "watch a model learn in your browser, computed there",
    group: "Learn",
    load: async () => (await import("./play.ts")).addPlayCommand,
  },
  {
    usage: "lesson [number]",
    summary: "lessons on how a model learns to think, part by part",
    group: "Learn",
    load: async () => (await import("./lesson.ts")).addLessonCommand,
  },
  {
    usage: "init <folder>",
    summary: "write a task of your own, to be changed",
    group: "Your task and data",
    load: async () => (await import("./init.ts")).addInitCommand,
  },
  {
    usage: "data <data>",
    summary: "see what is understood of your data",
    group: "Your task and data",
    load: async () => (await import("./data.ts")).addDataCommand,
  },
  {
    usage: "verify",
    summary: "say whether an answer is right, and why",
    group: "Your task and data",
    load: async () => (await import("./verify.ts")).addVerifyCommand,
  },
  {
    usage: "task <action> <paths...>",
    summary: "check, show and import tasks that are repositories",
    group: "Your task and data",
    load: async () => (await import("./task.ts")).addTaskCommand,
  },
  {
    usage: "preview <model-or-run>",
    summary: "see the exact prompt that a model reads, token by token",
    group: "Your task and data",
    load: async () => (await import("./preview.ts")).addPreviewCommand,
  },
  {
    usage: "resume <run>",
    summary: "go on with a run that was stopped or killed",
    group: "Train",
    load: async () => (await import("./resume.ts")).addResumeCommand,
  },
  {
    usage: "sft",
    summary: "fine-tune a model on examples",
    group: "Train",
    load: async () => (await import("./sft.ts")).addSftCommand,
  },
  {
    usage: "r1",
    summary: "the whole pipeline of DeepSeek-R1",
    group: "Train",
    load: async () => (await import("./r1.ts")).addR1Command,
  },
  {
    usage: "distill",
    summary: "teach a small model by a trained one's completions",
    group: "Train",
    load: async () => (await import("./distil.ts")).addDistilCommand,
  },
  {
    usage: "reward-model",
    summary: "learn a reward from preference pairs",
    group: "Train",
    load: async () => (await import("./reward-model.ts")).addRewardModelCommand,
  },
  {
    usage: "pretrain",
    summary: "make a base model from a task's corpus",
    group: "Train",
    load: async () => (await import("./pretrain.ts")).addPretrainCommand,
  },
  {
    usage: "reproduce [claim]",
    summary: "test the paper's claims, each by an experiment",
    group: "Train",
    load: async () => (await import("./reproduce.ts")).addReproduceCommand,
  },
  {
    usage: "dashboard [runs]",
    summary: "see runs in a browser, while they go on",
    group: "Look",
    load: async () => (await import("./dashboard.ts")).addDashboardCommand,
  },
  {
    usage: "runs [folder]",
    summary: "list runs",
    group: "Look",
    load: async () => (await import("./runs.ts")).addRunsCommand,
  },
  {
    usage: "compare <runs...>",
    summary: "what runs reached on held-out problems, side by side",
    group: "Look",
    load: async () => (await import("./compare.ts")).addCompareCommand,
  },
  {
    usage: "show <run>",
    summary: "read the rollouts of a step",
    group: "Look",
    load: async () => (await import("./show.ts")).addShowCommand,
  },
  {
    usage: "queue <run>",
    summary: "see what waits to be judged, and serve it",
    group: "Look",
    load: async () => (await import("./queue.ts")).addQueueCommand,
  },
  {
    usage: "rejudge <run>",
    summary: "judge a run's rollouts again, and see what changed",
    group: "Look",
    load: async () => (await import("./rejudge.ts")).addRejudgeCommand,
  },
  {
    usage: "report <run>",
    summary: "write a run as one HTML file",
    group: "Look",
    load: async () => (await import("./report.ts")).addReportCommand,
  },
  {
    usage: "record <run>",
    summary: "make a small recording of a run, to play on a page",
    group: "Look",
    load: async () => (await import("./record.ts")).addRecordCommand,
  },
  {
    usage: "eval <model-or-run>",
    summary: "measure a model on problems that it was not trained on",
    group: "Look",
    load: async () => (await import("./eval.ts")).addEvalCommand,
  },
  {
    usage: "sample <model-or-run>",
    summary: "see what a model writes",
    group: "Look",
    load: async () => (await import("./sample.ts")).addSampleCommand,
  },
  {
    usage: "chat <model-or-run>",
    summary: "talk to a model, its thinking shown apart",
    group: "Use",
    load: async () => (await import("./chat.ts")).addChatCommand,
  },
  {
    usage: "serve <model-or-run>",
    summary: "answer as OpenAI's API does, for any client of it",
    group: "Use",
    load: async () => (await import("./serve.ts")).addServeCommand,
  },
  {
    usage: "export <model-or-run>",
    summary: "write a model, a run's data or its recipe for other programs",
    group: "Use",
    load: async () => (await import("./export.ts")).addExportCommand,
  },
  {
    usage: "import <folder>",
    summary: "read what TRL or verl trained into a run",
    group: "Use",
    load: async () => (await import("./import.ts")).addImportCommand,
  },
  {
    usage: "evaluator <run-or-address>",
    summary: "judge for a run, from this machine or another",
    group: "The machine",
    load: async () => (await import("./evaluator.ts")).addEvaluatorCommand,
  },
  {
    usage: "sampler <address>",
    summary: "write rollouts for runs, from this machine or another",
    group: "The machine",
    load: async () => (await import("./sampler.ts")).addSamplerCommand,
  },
  {
    usage: "bench",
    summary: "measure this machine",
    group: "The machine",
    load: async () => (await import("./bench.ts")).addBenchCommand,
  },
  {
    usage: "doctor",
    summary: "what this machine can do",
    group: "The machine",
    load: async () => (await import("./doctor.ts")).addDoctorCommand,
  },
];
