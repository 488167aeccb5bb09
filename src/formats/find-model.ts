import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError, OptionError, show } from "../errors.ts";
import { shellWord } from "../text/shell-word.ts";
import { isHubSpec } from "./hub/hub-spec.ts";

/** The trained model of a run's folder, whether it is there yet or not; null for what is no run. */
export function trainedModel(folder: string): string | null {
  return existsSync(join(folder, "run.db")) ? join(folder, "final") : null;
}

/**
 * Which model a name stands for: the trained model of a run, or what the name says, a folder, a GGUF file or a model of
 * the hub. Nothing is fetched.
 *
 * @throws OptionError for what is no text, CheckpointError for a run that has no trained model yet
 */
export function findModel(modelOrRun: string): { readonly model: string; readonly isRun: boolean } {
  checkModelName(modelOrRun);
  const trained = trainedModel(modelOrRun);
  if (trained !== null && !existsSync(trained))
    throw new CheckpointError(
      `Expected ${modelOrRun} to hold a trained model in final/, found none; go on with \`aha resume ${shellWord(modelOrRun)}\`, or name one of its checkpoints.`,
    );
  return { model: trained ?? modelOrRun, isRun: trained !== null };
}

/** Who writes JavaScript may give anything. @throws OptionError for what is no text */
export function checkModelName(model: unknown): asserts model is string {
  if (typeof model === "string") return;
  throw new OptionError(
    `Expected the model to be a folder, a file, a run or hf:owner/name, got ${show(model)}; give its name as a text.`,
  );
}

/** What stands between an adapter and the base that it is to be put on: `my-adapter+hf:owner/base`. */
const ON = "+";

/**
 * A model's name without the base that stands behind an adapter's, and that base; null where none is said. A plus in
 * the name of a file or folder that is there is none of ours.
 */
export function withoutBase(name: string): { readonly own: string; readonly base: string | null } {
  if (!name.includes(ON) || existsSync(name)) return { own: name, base: null };
  for (let at = name.indexOf(ON); at >= 0; at = name.indexOf(ON, at + 1)) {
    const [own, base] = [name.slice(0, at), name.slice(at + 1)];
    if (base !== "" && (isHubSpec(own) || existsSync(own))) return { own, base };
  }
  return { own: name, base: null };
}

/** A name that `withoutBase` takes apart. */
export function onBase(own: string, base: string | null): string {
  return base === null ? own : `${own}${ON}${base}`;
}
