import { DATA } from "../data/data-options.ts";
import { ASKING } from "../asking/asking-options.ts";
import { adapted, optionGroup, resolveFlat, type FlatValues, type OptionSet } from "../options/index.ts";
import { ASKED, namesAsked } from "./evaluate-options.ts";
import type { AskedBy } from "./open-subject.ts";

/** The options with which prompts are shown. */
export const PREVIEW = {
  problems: optionGroup(ASKED.name, ASKED.title, {
    ...ASKED.options,
    problems: adapted(ASKED.options.problems, { fallback: 1 }),
  }),
  data: DATA,
  asking: ASKING,
} as const satisfies OptionSet;

export interface PreviewOptions extends AskedBy, Partial<Omit<FlatValues<typeof PREVIEW>, keyof AskedBy>> {
  /** A model of any form, or a run's folder. */
  readonly model: string;
}

/** @throws OptionError naming the option, what was expected and what came */
export function resolvePreviewOptions({
  model: _model,
  task,
  template,
  ...given
}: PreviewOptions): FlatValues<typeof PREVIEW> {
  return resolveFlat(PREVIEW, { ...given, ...namesAsked({ task, template }) });
}
