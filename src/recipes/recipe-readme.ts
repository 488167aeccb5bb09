import { storedQueue } from "../host/redis/redis-address.ts";
import { placesOf, type OptionPlace } from "../options/index.ts";
import { shellWord } from "../text/shell-word.ts";
import { ZERO, type ZeroOptions } from "../training/zero-groups.ts";
import { ENGINE_FACTS, OPTION_PLACES, type RecipeEngine, type RecipeOption } from "./recipe-rules.ts";

const PLACES: readonly OptionPlace[] = placesOf(ZERO);

/**
 * The command that serves the rewards of a recipe: what the options say otherwise than the defaults. An address is
 * without its password.
 */
export function serveCommand(options: ZeroOptions): string {
  const flags = PLACES.flatMap(({ stored, option }) => {
    const name = stored as RecipeOption;
    const isTask = name === "task" && options.task !== "";
    const counts = OPTION_PLACES[name] === "rewards" || name === "maxCompletionTokens";
    if (!counts || option.flag === null) return [];
    const value: unknown = name === "queue" ? storedQueue(options.queue) : options[name];
    if (!isTask && JSON.stringify(value) === JSON.stringify(option.fallback)) return [];
    if (value === "") return [];
    const [flag] = option.flag.split(" ");
    return [option.kind === "boolean" ? flag! : `${flag} ${shellWord(String(value))}`];
  });
  return ["aha serve rewards", ...flags].join(" ");
}

const STARTS: Readonly<Record<RecipeEngine, string>> = {
  trl: "python3 train.py",
  verl: "python3 train.py",
  "prime-rl": "uv run rl @ grpo.toml",
};

/** What an engine does otherwise than aha, where the same recipe is run. */
const DIFFERENCES: Readonly<Record<RecipeEngine, readonly string[]>> = {
  trl: [
    "TRL draws the order of problems and the tokens by its own generator.",
    "Standardised advantages are divided by the standard deviation + 1e-4, in aha + 1e-6.",
  ],
  verl: [
    "verl draws the order of problems and the tokens by its own generator.",
    "verl's rewards are numbers: a completion that can't be verified counts as 0 in its group (aha and TRL leave it out), and the run stops above 2 % of them.",
    "The chat template of `model/` passes the prompt through as it is; the template that the model came with is in aha's copy.",
    "The trainer needs GPUs; aha's tests run its data reader and reward manager alone.",
  ],
  "prime-rl": [
    "prime-rl's loss is its own: a DPPO mask in the place of the clip. With one update of a batch aha's clip never binds, so `clipEpsilonLow` and `clipEpsilonHigh` are not written.",
    "prime-rl samples ahead of its updates; aha does not.",
    "Its rewards are numbers: the server answers 0 for what can't be verified, and refuses above 2 % of them.",
    "The chat template of `model/` passes the prompt through as it is; the template that the model came with is in aha's copy.",
    "It needs GPUs; its files are written after its sources and were not run by aha's tests.",
  ],
};

/** The README of an exported folder. */
export function recipeReadme(engine: RecipeEngine, options: ZeroOptions): string {
  const { name, version } = ENGINE_FACTS[engine];
  const here = PLACES.filter(({ stored }) => OPTION_PLACES[stored as RecipeOption] === "here").map(
    ({ stored }) => `\`${stored}\``,
  );
  const back =
    engine === "prime-rl"
      ? "prime-rl's traces are not read back."
      : `Back into aha's page, report and comparison: \`aha import .\` (from \`run/\`; the rest of the folder as it is).`;
  return `# A recipe of aha for ${name} ${version}

Two commands. The first where the task or the data are, the second in this folder:

    ${serveCommand(options)}
    ${STARTS[engine]}

${engine === "prime-rl" ? "The server's address stands in `grpo.toml`." : "Another address than http://127.0.0.1:8900: `AHA_REWARD_URL`; a token: `AHA_REWARD_TOKEN`."}
${back}

## What is otherwise than in aha

${DIFFERENCES[engine].map((line) => `- ${line}`).join("\n")}

## What stays with aha

Of no effect on what is learnt here, and not taken along: ${here.join(", ")}.
Measure the trained model with \`aha eval\`.
`;
}
