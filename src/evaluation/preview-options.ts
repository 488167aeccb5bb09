import { adapted, optionGroup, resolveFlat, type FlatValues, type OptionSet } from "../options/index.ts";
import { ASKED } from "./evaluate-options.ts";

/** The options with which prompts are shown. */
export const PREVIEW = {
  problems: optionGroup(ASKED.name, ASKED.title, {
    ...ASKED.options,
    problems: adapted(ASKED.options.problems, { fallback: 1 }),
  }),
} as const satisfies OptionSet;

export interface PreviewOptions extends Partial<FlatValues<typeof PREVIEW>> {
  /** A model folder or a run folder. */
  readonly model: string;
}

/** @throws OptionError naming the option, what was expected and what came */
export function resolvePreviewOptions({ model: _model, ...given }: PreviewOptions): FlatValues<typeof PREVIEW> {
  return resolveFlat(PREVIEW, given);
}
