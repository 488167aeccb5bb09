import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../../errors.ts";
import { WEIGHTS, WEIGHTS_INDEX } from "../../../formats/weight-files.ts";
import { RUN_DATABASE } from "../../../store/run-files.ts";
import { checkOwnFolder, entryAt } from "../../../host/plain-files.ts";
import type { Playground, PlaygroundSide } from "../../api.ts";

const PLACES: Readonly<Record<PlaygroundSide, readonly string[]>> = {
  base: ["checkpoints", "step-0"],
  trained: ["final"],
};
const NONE: Readonly<Record<PlaygroundSide, string>> = {
  base: "The run's base isn't in its folder (checkpoints/step-0): it was copied without it, or isn't of a kind that keeps one.",
  trained: "There is no trained model in this run (final/); there is one when it is finished.",
};

/** The sides of the playground, as they stand on the page. */
export const SIDES: readonly PlaygroundSide[] = ["base", "trained"];

/** Why a run's models can't be asked; null for one that can. */
export function missingModels(run: string): Playground["missing"] {
  const why = (side: PlaygroundSide): string | null => {
    try {
      ownModel(run, side);
      return null;
    } catch (error) {
      if (error instanceof CheckpointError) return error.message;
      throw error;
    }
  };
  return { base: why("base"), trained: why("trained") };
}

/**
 * The folder of a run's own model. A run may come from anywhere: a model is only taken from within its folder, whole,
 * and no file in it leads elsewhere or names another model.
 *
 * @throws CheckpointError saying in one sentence why it isn't there or isn't taken
 */
export function ownModel(run: string, side: PlaygroundSide): string {
  const place = PLACES[side];
  const [folder, shown] = [join(run, ...place), place.join("/")];
  if (entryAt(folder) === null) throw new CheckpointError(NONE[side]);
  try {
    checkOwnFolder(run, ...place);
  } catch (error) {
    throw new CheckpointError(`Of this run, ${shown} is no folder of its own; it isn't opened.`, { cause: error });
  }
  const entries = readdirSync(folder, { withFileTypes: true });
  const foreign = entries.find((entry) => !entry.isFile() || entry.name === RUN_DATABASE);
  if (foreign !== undefined)
    throw new CheckpointError(
      `Of this run, ${shown} holds ${JSON.stringify(foreign.name)}, which training leaves in no model; it isn't opened.`,
    );
  const names = entries.map(({ name }) => name);
  if (!names.includes(WEIGHTS) && !names.includes(WEIGHTS_INDEX))
    throw new CheckpointError(
      `Of this run, ${shown} holds no weights of its own, as an adapter without its base; merge it into its base first.`,
    );
  return folder;
}

/** Changes when a model of a run does. */
export function modelsStamp(run: string): string {
  const stamps = SIDES.map((side) => entryAt(join(run, ...PLACES[side])));
  return JSON.stringify(stamps.map((found) => found && [found.dev, found.ino, found.mtimeMs]));
}
