import { OptionError, show } from "../errors.ts";
import type { DataOptions } from "./data-options.ts";

/** @throws OptionError where a task is named beside data */
export function checkDataChoice(given: Partial<DataOptions> & { readonly task?: string | undefined }): void {
  const { data = "", task } = given;
  if (data !== "" && task !== undefined && task !== "")
    throw new OptionError(`Expected \`data\` or a \`task\`, got both: ${show(data)} and ${show(task)}; leave one out.`);
}
