import { sum } from "../numbers/sum.ts";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { OptionError, objectArgument, show } from "../errors.ts";
import { loadCheckpoint } from "../formats/checkpoint.ts";
import { findModel, withoutBase } from "../formats/find-model.ts";
import { isHubSpec, parseHubSpec } from "../formats/hub/hub-spec.ts";
import type { GgufType } from "../formats/gguf/save-gguf.ts";
import { adapterTarget } from "./adapter-target.ts";
import { checkWritable } from "./check-out.ts";
import type { ExportPlace, ExportSource, ExportTarget } from "./export-target.ts";
import { ggufTarget } from "./gguf-target.ts";
import { ollamaTarget } from "./ollama-target.ts";
import { hfTarget } from "./hf-target.ts";
import { withShownTags } from "./shown-tags.ts";

const TARGETS: Readonly<Record<ExportOptions["to"], ExportTarget>> = {
  hf: hfTarget,
  gguf: ggufTarget,
  ollama: ollamaTarget,
  adapter: adapterTarget,
};
const TYPES: Readonly<Record<NonNullable<ExportOptions["type"]>, GgufType>> = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  q8_0: "Q8_0",
};

export interface ExportOptions {
  readonly to: "hf" | "gguf" | "ollama" | "adapter";
  /** Where it is written: a folder for `hf`, `ollama` and `adapter`, a file for `gguf`. Nothing may be there. */
  readonly out: string;
  /** `f32`, bit for bit, where not given; `q8_0` in GGUF files alone. */
  readonly type?: "f32" | "f16" | "bf16" | "q8_0";
}

export interface ExportSummary {
  readonly model: string;
  readonly to: ExportOptions["to"];
  readonly out: string;
  readonly type: NonNullable<ExportOptions["type"]>;
  readonly parameters: number;
  readonly bytes: number;
  /** What the files don't say of how the model was trained, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Writes a model for other programs.
 *
 * @param modelOrRun a model's folder, a GGUF file, `hf:owner/name`, or a run's folder (then its trained model)
 * @throws OptionError for an option that can't be used, before anything is loaded
 * @throws CheckpointError for a model that can't be read, or that the target can't hold
 * @throws TokenizerError for a tokenizer that the target can't hold
 */
export async function exportModel(modelOrRun: string, options: ExportOptions): Promise<ExportSummary> {
  objectArgument("options", options);
  const { target, source, place } = await checkExport(modelOrRun, options);
  const { checkpoint, notes } = withShownTags(await loadCheckpoint(source.model));
  const written = await target.write(checkpoint, source, place);
  const { files, parameters } = written;
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return {
    model: modelOrRun,
    to: options.to,
    out: options.out,
    type: options.type ?? "f32",
    parameters,
    bytes: sum(sizes),
    // Programs that read GGUF decode by the tags themselves.
    notes: [...(options.to === "gguf" || options.to === "ollama" ? [] : notes), ...(written.notes ?? [])],
  };
}

interface Export {
  readonly target: ExportTarget;
  readonly source: ExportSource;
  readonly place: ExportPlace;
}

/** Looks at what is asked for before anything is downloaded or loaded. @throws OptionError or CheckpointError */
export async function checkExport(modelOrRun: string, { to, out, type = "f32" }: ExportOptions): Promise<Export> {
  const target = choose("to", TARGETS, to);
  const place = { out, type: choose("type", TYPES, type) };
  const { model, isRun } = findModel(modelOrRun);
  const { own } = withoutBase(model);
  const source = {
    name: basename(isHubSpec(own) ? parseHubSpec(own).repo : resolve(isRun ? modelOrRun : own), ".gguf"),
    model,
    run: isRun ? modelOrRun : null,
  };
  await target.check(source, place);
  await checkWritable(out);
  return { target, source, place };
}

function choose<T>(option: string, choices: Readonly<Record<string, T>>, name: string): T {
  if (Object.hasOwn(choices, name)) return choices[name]!;
  throw new OptionError(`Expected \`${option}\` to be one of ${Object.keys(choices).join(", ")}, got ${show(name)}.`);
}
