import type { Checkpoint } from "../formats/checkpoint.ts";
import type { GgufType } from "../formats/gguf/save-gguf.ts";

/** A model that is to be written. */
export interface ExportSource {
  /** What it is called: the last part of its path. */
  readonly name: string;
  /** Its folder or GGUF file, or its name in the hub. */
  readonly model: string;
  /** The folder of the run that trained it; null for a model that stands alone. */
  readonly run: string | null;
}

/** Where a model is to go and how its weights are stored. */
export interface ExportPlace {
  readonly out: string;
  readonly type: GgufType;
}

/** What was written. */
export interface ExportedFiles {
  /** Paths. */
  readonly files: readonly string[];
  /** How many numbers they hold. */
  readonly parameters: number;
  /** What the files don't say of how the model was trained, in sentences. */
  readonly notes?: readonly string[];
}

/** A way to write models out. */
export interface ExportTarget {
  /** Looks at what is asked for before any memory is spent. @throws OptionError or CheckpointError */
  check(source: ExportSource, place: ExportPlace): Promise<void>;
  write(checkpoint: Checkpoint, source: ExportSource, place: ExportPlace): Promise<ExportedFiles>;
}
