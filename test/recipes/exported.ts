import { writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shippedModel } from "../../src/formats/shipped-model.ts";
import { exportRecipe } from "../../src/recipes/export-recipe.ts";
import type { RecipeEngine } from "../../src/recipes/recipe-rules.ts";

/** The recipe of the fixtures: what TRL trained when they were made. */
export const RECIPE = new URL("fixtures/recipe.json", import.meta.url).pathname;
export const FIXTURES = new URL("fixtures", import.meta.url).pathname;
export const BASE = shippedModel("countdown-base");

/** A recipe in a new folder, as an engine runs it. */
export async function exported(to: RecipeEngine, changes: object = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "aha-recipe-"));
  const recipe = join(folder, "recipe.json");
  const { default: own } = (await import(RECIPE, { with: { type: "json" } })) as { readonly default: object };
  writeFileSync(recipe, JSON.stringify({ ...own, ...changes }));
  const out = join(folder, to);
  await exportRecipe(recipe, { to, out, base: BASE });
  return out;
}
