import type { ExportOptions } from "../export/export-model.ts";
import type { ExportRunOptions } from "../export/export-run.ts";
import type { RecipeEngine } from "../recipes/recipe-rules.ts";

export interface ExportFlags extends ExportOptions {
  readonly model: string;
}

export interface ExportRunFlags extends ExportRunOptions {
  readonly run: string;
}

export interface ExportRecipeFlags {
  /** A run's folder, or a file of options. */
  readonly recipe: string;
  readonly to: RecipeEngine;
  readonly out: string;
}
