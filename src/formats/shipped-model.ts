import { fileURLToPath } from "node:url";
import { OptionError, show } from "../errors.ts";

/** The base models that come with the package; README.md says how each was made. */
export const SHIPPED_MODELS = [
  "countdown-base",
  "countdown-middle-base",
  "countdown-small-base",
  "countdown-no-retries-base",
  "countdown-bilingual-base",
  "countdown-contexts-base",
  "repair-base",
] as const;

export type ShippedModel = (typeof SHIPPED_MODELS)[number];

/** Whether a name is that of a base model that comes with the package. */
export function isShippedModel(name: string): name is ShippedModel {
  return (SHIPPED_MODELS as readonly string[]).includes(name);
}

/** The folder of a base model that comes with the package. @throws OptionError for an unknown name */
export function shippedModel(name: ShippedModel): string {
  if (!isShippedModel(name))
    throw new OptionError(`Expected a shipped model of ${SHIPPED_MODELS.join(", ")}, got ${show(name)}.`);
  return fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
}

/** The bases of tasks that the usual one has no words for. */
const BASES_BY_TASK: ReadonlyMap<string, ShippedModel> = new Map([
  ["countdown-bilingual", "countdown-bilingual-base"],
  ["repair", "repair-base"],
]);

/** The folder of the base that a task begins at where none is named. */
export function shippedBase(task: string = ""): string {
  return shippedModel(BASES_BY_TASK.get(task) ?? "countdown-base");
}
