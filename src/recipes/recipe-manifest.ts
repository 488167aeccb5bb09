import { sha256Of } from "../host/sha256.ts";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { RunError, show } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { RECIPE_ENGINES } from "./recipe-rules.ts";

/** The file by which an exported folder is known: what was exported, and the hash of every file that decides. */
export const RECIPE_FILE = "recipe.json";
const FORMAT = 1;
const MOST_BYTES = 2 ** 20;

const MANIFEST = v.object({
  format: v.literal(FORMAT),
  engine: v.picklist(RECIPE_ENGINES),
  engineVersion: v.string(),
  /** The options of the recipe, by their names in a run's config. */
  options: v.record(v.string(), v.unknown()),
  template: v.string(),
  /** What people call the base. */
  baseName: v.string(),
  baseSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  dataSha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  /** Optimizer steps of one step. */
  updates: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** SHA-256 of each file, by its name. */
  files: v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  /** SHA-256 of all that stands above. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

export type RecipeManifest = v.InferOutput<typeof MANIFEST>;

export function manifestText(manifest: Omit<RecipeManifest, "format" | "sha256">): string {
  const content = { format: FORMAT, ...manifest };
  return `${JSON.stringify({ ...content, sha256: contentSha256(content) }, null, 2)}\n`;
}

function contentSha256(content: object): string {
  return sha256Of(JSON.stringify(content));
}

/**
 * Reads what an exported folder says of itself, and looks whether its files are as they were written.
 *
 * @throws RunError for a folder that is none, or was changed by hand
 */
export async function readManifest(folder: string): Promise<RecipeManifest> {
  const path = join(folder, RECIPE_FILE);
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined || size > MOST_BYTES)
    throw new RunError(
      `Expected ${show(folder)} to be a folder that \`aha export --to trl\` or \`--to verl\` wrote, got one ${size === undefined ? "without" : "with a strange"} ${RECIPE_FILE}; name that folder.`,
    );
  const parsed = foreignJson(await readFile(path));
  const result = v.safeParse(MANIFEST, parsed.value);
  if (!result.success)
    throw new RunError(
      `Expected ${RECIPE_FILE} of ${show(folder)} as it was exported, got it damaged (${result.issues[0].message}); export the recipe again.`,
    );
  const changed = (name: string, how: string): RunError =>
    new RunError(
      `Expected ${show(name)} of ${show(folder)} as it was exported, got it ${how}; export the recipe again, with other options where they were to change.`,
    );
  const { sha256: own, ...content } = parsed.value as { readonly sha256: string };
  if (contentSha256(content) !== own) throw changed(RECIPE_FILE, "changed by hand");
  for (const [name, sha256] of Object.entries(result.output.files)) {
    const file = /[/\\]/.test(name) ? null : await readFile(join(folder, name)).catch(() => null);
    if (file === null || sha256Of(file) !== sha256) throw changed(name, file === null ? "missing" : "changed by hand");
  }
  return result.output;
}
