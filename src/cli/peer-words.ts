/** What commands of other trainers are called here. */
export const PEER_COMMANDS: Readonly<Record<string, string>> = {
  train: "`aha zero` trains by reinforcement learning, `aha sft` on completions",
  grpo: "`aha zero` trains by GRPO",
  rl: "`aha zero` trains by reinforcement learning",
  ppo: "`aha zero --critic` trains by PPO",
  rloo: "`aha zero --advantages leave-one-out` trains by RLOO",
  finetune: "`aha sft` fine-tunes on completions",
  "fine-tune": "`aha sft` fine-tunes on completions",
  dpo: "`aha reward-model` learns from preference pairs, for `aha zero --reward-model`; there is no DPO",
  evaluate: "`aha eval` measures a model",
  test: "`aha eval` measures a model",
  generate: "`aha sample` prints what a model writes, `aha chat` talks to it",
  infer: "`aha sample` prints what a model writes, `aha chat` talks to it",
  run: "`aha zero` trains, `aha chat` talks to a model",
  new: "`aha init` writes a task of your own",
  create: "`aha init` writes a task of your own",
  list: "`aha runs` lists runs",
  ls: "`aha runs` lists runs",
  ui: "`aha dashboard` shows runs in a browser",
  tensorboard: "`aha dashboard` shows runs in a browser, `aha export RUN --to tensorboard` writes their figures",
  convert: "`aha export` writes a model for other programs",
  merge: "`aha export RUN --to hf` writes the merged model",
  push: "`aha export RUN --to hf` writes a folder that the hub takes; nothing is sent anywhere",
  vllm: "`aha serve` answers as OpenAI's API does",
  server: "`aha serve` answers as OpenAI's API does",
  login: "HF_TOKEN is read from the environment, as Python's library reads it",
};

const DATA = "--data takes a file, a folder or hf:owner/name";
const OUT = "--run names the folder that everything goes into";
const REWARDS =
  "answers are judged by the data's --kind or the task's verifier, parts are weighed by --accuracy-weight and --format-weight; rewards of your own are for a program (docs/guides/write-a-reward.md)";
const LENGTH = "--max-completion-tokens cuts completions";
const GROUP = "--group-size is the number of completions of a problem";
const STEPS = "a run ends after --steps or --minutes";
const BATCH = "--problems-per-step and --group-size make the batch";
const PROCESSOR =
  "--device webgpu or auto computes on a GPU, --workers says on how many threads of the processor (docs/gpu.md)";

/** What flags of other trainers are called here, without their hyphens in front. */
export const PEER_FLAGS: Readonly<Record<string, string>> = {
  dataset: DATA,
  "dataset-name": DATA,
  "dataset-path": DATA,
  "train-data": DATA,
  "train-file": DATA,
  "train-files": DATA,
  "data-path": DATA,
  "eval-dataset": "--eval-data takes data to measure on",
  "val-files": "--eval-data takes data to measure on",
  "dataset-config": "--subset chooses a configuration",
  reward: REWARDS,
  rewards: REWARDS,
  "reward-fn": REWARDS,
  "reward-func": REWARDS,
  "reward-funcs": REWARDS,
  "reward-function": REWARDS,
  "model-name": "--model names the model",
  "model-name-or-path": "--model names the model",
  "model-path": "--model names the model",
  output: OUT,
  "output-dir": OUT,
  "run-name": OUT,
  "max-steps": STEPS,
  epochs: STEPS,
  "num-epochs": STEPS,
  "num-train-epochs": STEPS,
  lr: "--learning-rate is the optimizer's",
  "batch-size": BATCH,
  "train-batch-size": BATCH,
  "per-device-train-batch-size": BATCH,
  "gradient-accumulation-steps": "--token-budget bounds a micro-batch; the step's gradient is the same",
  "num-generations": GROUP,
  "n-samples": GROUP,
  "rollout-n": GROUP,
  "max-new-tokens": LENGTH,
  "max-tokens": LENGTH,
  "max-length": LENGTH,
  "max-completion-length": LENGTH,
  beta: "--kl-coefficient weighs the KL penalty",
  kl: "--kl-coefficient weighs the KL penalty",
  "kl-coef": "--kl-coefficient weighs the KL penalty",
  epsilon: "--clip-epsilon-low and --clip-epsilon-high bound the ratio",
  "clip-range": "--clip-epsilon-low and --clip-epsilon-high bound the ratio",
  "lora-r": "--lora takes the rank",
  "lora-rank": "--lora takes the rank",
  "use-peft": "--lora trains an adapter of that rank",
  "target-modules": "--lora-targets names the layers",
  "loss-type": "--aggregation weighs tokens, --advantages scores completions",
  algorithm: "--preset, --advantages and --critic choose the algorithm",
  "chat-template": "--template takes a name or a file",
  "prompt-template": "--template takes a name or a file",
  "system-prompt": "--system takes the text, or a file with it",
  gpu: PROCESSOR,
  gpus: PROCESSOR,
  cuda: PROCESSOR,
  "use-vllm": PROCESSOR,
  bf16: "training is in 32 bits",
  fp16: "training is in 32 bits",
  "report-to": "`aha dashboard` shows runs, `aha export RUN --to tensorboard` writes their figures",
  wandb: "`aha dashboard` shows runs, `aha export RUN --to tensorboard` writes their figures",
  "resume-from-checkpoint": "`aha resume RUN` goes on with a run",
  resume: "`aha resume RUN` goes on with a run",
  threads: "--workers is the number of threads",
};

/**
 * What a word of another trainer's command line is called here.
 *
 * @param message of commander: `unknown option '--dataset'`
 * @returns null for a word that isn't known
 */
export function peerHint(message: string): string | null {
  const [, what, word] = /unknown (command|option) '([^'\s=]+)/.exec(message) ?? [];
  if (word === undefined) return null;
  const known = what === "command" ? PEER_COMMANDS : PEER_FLAGS;
  const name = word.replace(/^-+/, "").replaceAll("_", "-").toLowerCase();
  return Object.hasOwn(known, name) ? known[name]! : null;
}
