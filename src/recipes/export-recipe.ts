import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openTemplate } from "../asking/model-template.ts";
import { problemSet } from "../data/problem-set.ts";
import { OptionError, show } from "../errors.ts";
import { checkNewFolder, checkWritable } from "../export/check-out.ts";
import { saveCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import { writeFileAtomically } from "../host/write-file.ts";
import { sha256Of } from "../host/sha256.ts";
import { endTokenIds } from "../model/model-config.ts";
import { isLarge } from "../policy/local/policy-size.ts";
import type { Split } from "../records/problem.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { fitTask } from "../training/fitting-task.ts";
import { openRunTask } from "../training/run-task.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";
import { weightsSha256 } from "../training/zero-setting.ts";
import { tomlText, yamlText } from "./config-text.ts";
import { primeRlConfig } from "./prime-rl-config.ts";
import { readRecipe, type RecipeFile } from "./read-recipe.ts";
import { manifestText, RECIPE_FILE } from "./recipe-manifest.ts";
import { recipeReadme, serveCommand } from "./recipe-readme.ts";
import { recipeRow } from "./recipe-rows.ts";
import { checkMapped, ENGINE_FACTS, RECIPE_ENGINES, type RecipeEngine } from "./recipe-rules.ts";
import { trlProgram, trlShim, verlManager, verlProgram, verlShim, type ShimFacts } from "./shims.ts";
import { loraConfig, trlConfig, trlSchedule, updatesOf, type MappedModel } from "./trl-config.ts";
import { verlConfig } from "./verl-config.ts";

export interface ExportRecipeOptions extends RecipeFile {
  readonly to: RecipeEngine;
  /** A new or empty folder. */
  readonly out: string;
  /** Told in words what was understood of the data. */
  readonly onNote?: (text: string) => void;
}

export interface RecipeSummary {
  readonly recipe: string;
  readonly to: RecipeEngine;
  readonly out: string;
  /** Problems to train on, and to measure on. */
  readonly problems: number;
  readonly heldOut: number;
  /** The command that serves the rewards. */
  readonly serve: string;
}

/** A chat template that shows a message as it is: verl and prime-rl always apply one. */
const PASS_THROUGH = "{% for message in messages %}{{ message['content'] }}{% endfor %}";

/**
 * Writes a recipe as another engine runs it: data, base, the engine's own config, the reward function, and a README
 * with what to type.
 *
 * @param recipe a run's folder, or a file of options
 * @throws OptionError naming every option without a counterpart; what `runZero` throws for what can't be trained
 */
export async function exportRecipe(recipe: string, options: ExportRecipeOptions): Promise<RecipeSummary> {
  const { to, out, onNote } = options;
  if (!RECIPE_ENGINES.includes(to))
    throw new OptionError(`Expected \`to\` to be one of ${RECIPE_ENGINES.join(", ")}, got ${show(to)}.`);
  await checkNewFolder(to, out);
  await checkWritable(out);
  const { options: resolved, base, baseName } = await readRecipe(recipe, options);
  checkMapped(to, resolved);
  const opened = await openRunTask(resolved, {}, { onEvent: (event) => event.kind === "note" && onNote?.(event.text) });
  try {
    const { template, name } = await openTemplate(base, resolved.template, opened.task, resolved);
    const splits: readonly Split[] = ["train", resolved.evaluationSplit];
    const { task, longestPrompt, note } = await fitTask(base, template, opened.task, {
      maxCompletionTokens: resolved.maxCompletionTokens,
      dropLong: resolved.dropLong,
      splits,
      general: false,
    });
    if (note !== null) onNote?.(note);
    const [train, heldOut] = await Promise.all(
      splits.map(async (split) => {
        const problems = problemSet(task, split);
        const lines: string[] = [];
        for (let index = 0; index < problems.length; index++) {
          const problem = await problems.at(index);
          const asked = { problem, prompt: template(problem), split, index, task: task.name };
          lines.push(`${JSON.stringify(recipeRow(to, asked))}\n`);
        }
        return lines;
      }),
    );
    const model = { large: isLarge(base.config), longestPrompt, problems: train!.length };
    const files = new Map([
      ["train.jsonl", train!.join("")],
      ["held-out.jsonl", heldOut!.join("")],
      ...engineFiles(to, resolved, model, {
        ends: endTokenIds(base.config),
        maxCompletionTokens: resolved.maxCompletionTokens,
      }),
    ]);
    await mkdir(out, { recursive: true });
    await saveCheckpoint(join(out, "model"), {
      ...base,
      tokenizer: exportedTokenizer(base, to),
      generation: {
        do_sample: true,
        temperature: resolved.temperature,
        top_p: resolved.topP,
        top_k: resolved.topK,
      },
    });
    for (const [file, content] of files) await writeFileAtomically(join(out, file), content);
    await writeFileAtomically(join(out, "README.md"), recipeReadme(to, resolved));
    // Addresses have passwords in them, and decide nothing.
    const { base: _base, schedule: _schedule, queue: _queue, samplers: _samplers, ...kept } = resolved;
    const manifest = manifestText({
      engine: to,
      engineVersion: ENGINE_FACTS[to].version,
      options: { ...kept, ...opened.recorded },
      template: name,
      baseName,
      baseSha256: weightsSha256(base),
      updates: updatesOf(resolved),
      files: Object.fromEntries([...files].map(([file, content]) => [file, sha256Of(content)])),
    });
    // The last file makes the folder whole.
    await writeFileAtomically(join(out, RECIPE_FILE), manifest);
    return {
      recipe,
      to,
      out,
      problems: train!.length,
      heldOut: heldOut!.length,
      serve: serveCommand(resolved),
    };
  } finally {
    await opened.close();
  }
}

function engineFiles(
  to: RecipeEngine,
  options: ZeroOptions,
  model: MappedModel,
  facts: ShimFacts,
): (readonly [string, string])[] {
  if (to === "trl") {
    const recipe = { config: trlConfig(options, model), schedule: trlSchedule(options), lora: loraConfig(options) };
    return [
      ["grpo.json", `${JSON.stringify(recipe, null, 2)}\n`],
      ["aha_rewards.py", trlShim(facts)],
      ["train.py", trlProgram()],
    ];
  }
  if (to === "verl")
    return [
      ["grpo.yaml", yamlText(verlConfig(options, model))],
      ["aha_rewards.py", verlShim()],
      ["aha_manager.py", verlManager(facts)],
      ["train.py", verlProgram()],
    ];
  return [["grpo.toml", tomlText(primeRlConfig(options, model))]];
}

/** Every text is read as it is: nothing is put before a prompt that has its BOS, and templates pass it through. */
function exportedTokenizer({ tokenizer }: Pick<Checkpoint, "tokenizer">, to: RecipeEngine): Tokenizer {
  const config = {
    ...tokenizer.config,
    add_bos_token: false,
    add_eos_token: false,
    ...(to === "trl" ? {} : { chat_template: PASS_THROUGH }),
  };
  return loadTokenizer({ ...tokenizer.json, post_processor: null }, config);
}
