import { canonicalJson } from "../host/canonical-json.ts";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { RunError, show } from "../errors.ts";
import { checkOwnFolder, makeOwnFolder, plainFile } from "../host/plain-files.ts";
import { writeFileAtomically } from "../host/write-file.ts";
import { sha256Of } from "../host/sha256.ts";
import type { Shape } from "../store/shape.ts";
import { readStageRecord } from "./stage-record.ts";
import type { TrainingEvent } from "../training/training-event.ts";

/** Something that a stage reads: another stage's folder, or one that was there before. */
export interface Source {
  readonly name: string;
  /** A hash that names what it holds. */
  readonly key: string;
  /** A stage's folder, or what `loadCheckpoint` takes of a model that was there before. */
  readonly folder: string;
}

/** A piece of work with a folder of its own, named by everything that decides its outcome. */
export interface Stage<Result extends object = object> extends Source {
  /** What it does, in a few words. */
  readonly title: string;
  readonly inputs: readonly (Source | Stage)[];
  readonly options: object;
  /** About how long it takes on two cores. */
  readonly expectedSeconds: number;
  /** Files of its folder that later stages read. */
  readonly outputs: readonly string[];
  /** What its result is like, which is checked where it is read from its folder: that may come from anywhere. */
  readonly resultShape: Shape;
  work(folder: string, context: StageContext): Promise<Result>;
}

export interface StageContext {
  readonly signal?: AbortSignal;
  /** @param stage the name of the one whose work it is */
  readonly onEvent?: (event: TrainingEvent, stage?: string) => void;
}

/** What a finished stage leaves in its folder. */
interface StageRecord<Result> {
  readonly name: string;
  readonly key: string;
  readonly options: object;
  readonly inputs: readonly { readonly name: string; readonly key: string }[];
  /** SHA-256 of each output. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly result: Result;
}

const RECORD = "stage.json";

/** A line of a plan. */
export interface PlannedStage {
  readonly name: string;
  readonly title: string;
  readonly state: "cached" | "to do" | "half done";
  readonly expectedSeconds: number;
  /** How long it took, where it is done; else 0. */
  readonly seconds: number;
  readonly folder: string;
}

export type DefineStage<Result extends object> = Omit<Stage<Result>, "key" | "folder">;

/**
 * Runs stages that depend on each other. A stage's key is the hash of its options and its inputs' keys, so that a rerun
 * reuses what hasn't changed and anything that has gets a folder of its own; a stage that was killed goes on in its
 * folder.
 */
export class StageRunner {
  private readonly running = new Map<string, Promise<object>>();

  constructor(
    readonly root: string,
    private readonly context: StageContext = {},
  ) {}

  define<Result extends object>(stage: DefineStage<Result>): Stage<Result> {
    const key = sha256Of(
      canonicalJson({ name: stage.name, options: stage.options, inputs: stage.inputs.map((input) => input.key) }),
    );
    return { ...stage, key, folder: join(this.root, `${stage.name}-${key.slice(0, 10)}`) };
  }

  /**
   * What a stage gives: from its folder where it is done, else by doing its inputs and then itself.
   *
   * @throws RunError where an output was changed since it was made
   */
  async result<Result extends object>(stage: Stage<Result>): Promise<Result> {
    const known = this.running.get(stage.key);
    if (known !== undefined) return known as Promise<Result>;
    const work = this.make(stage);
    this.running.set(stage.key, work);
    return work;
  }

  private async make<Result extends object>(stage: Stage<Result>): Promise<Result> {
    const done = this.readRecord(stage);
    if (done !== undefined) return done.result;
    for (const input of stage.inputs) if ("work" in input) await this.result(input);
    this.context.signal?.throwIfAborted();
    checkOwnFolder(this.root, basename(stage.folder), "data");
    checkOwnFolder(stage.folder, "model");
    makeOwnFolder(this.root);
    this.context.onEvent?.({ kind: "note", text: `${stage.name}: ${stage.title}` });
    const started = performance.now();
    const onEvent = (event: TrainingEvent): void => this.context.onEvent?.(event, stage.name);
    const result = await stage.work(stage.folder, { ...this.context, onEvent });
    this.context.signal?.throwIfAborted();
    makeOwnFolder(stage.folder);
    const record: StageRecord<Result> = {
      name: stage.name,
      key: stage.key,
      options: stage.options,
      inputs: stage.inputs.map(({ name, key }) => ({ name, key })),
      outputs: Object.fromEntries(stage.outputs.map((file) => [file, fileSha256(join(stage.folder, file))])),
      seconds: (performance.now() - started) / 1000,
      result,
    };
    const path = join(stage.folder, RECORD);
    // The work may have taken hours: a link that came meanwhile is not followed.
    plainFile(path);
    await writeFileAtomically(path, `${JSON.stringify(record, null, 1)}\n`);
    return result;
  }

  /** Every stage that some need, in the order of the work, and what is done of it. */
  plan(stages: readonly Stage[]): PlannedStage[] {
    return workOrder(stages).map((stage) => {
      const done = this.readRecord(stage);
      return {
        name: stage.name,
        title: stage.title,
        state: done === undefined ? stateOf(stage) : "cached",
        expectedSeconds: stage.expectedSeconds,
        seconds: done?.seconds ?? 0,
        folder: stage.folder,
      };
    });
  }

  private readRecord<Result extends object>(stage: Stage<Result>): StageRecord<Result> | undefined {
    checkOwnFolder(this.root, basename(stage.folder));
    const path = join(stage.folder, RECORD);
    const record = readStageRecord(path, stage.resultShape) as StageRecord<Result> | null;
    if (record === null) return undefined;
    if (record.key !== stage.key)
      throw new RunError(
        `Expected ${show(path)} to be the record of the stage ${stage.name}, got that of ${show(record.name)}; delete the folder to do the stage again.`,
      );
    const named = Object.keys(record.outputs).sort();
    if (named.join("\n") !== [...stage.outputs].sort().join("\n"))
      throw new RunError(
        `Expected ${show(path)} to name what the stage ${stage.name} makes, got ${show(named)}; delete the folder to do the stage again.`,
      );
    for (const file of stage.outputs) checkOutput(stage, file, record.outputs[file]);
    return record;
  }
}

/** Every stage that some need, each after its inputs. */
export function workOrder(stages: readonly Stage[]): Stage[] {
  const found = new Map<string, Stage>();
  const visit = (stage: Source | Stage): void => {
    if (!("work" in stage) || found.has(stage.key)) return;
    for (const input of stage.inputs) visit(input);
    found.set(stage.key, stage);
  };
  for (const stage of stages) visit(stage);
  return [...found.values()];
}

/** @throws RunError for an output that is gone or isn't as the stage made it */
function checkOutput(stage: Stage, file: string, hash: string | undefined): void {
  const output = join(stage.folder, file);
  checkOwnFolder(stage.folder, ...file.split("/").slice(0, -1));
  if (plainFile(output) === null)
    throw new RunError(
      `Expected ${show(output)}, made by the stage ${stage.name}, to be there; it is gone. Delete ${show(stage.folder)} to do the stage again.`,
    );
  if (fileSha256(output) !== hash)
    throw new RunError(
      `Expected ${show(output)} to be as the stage ${stage.name} made it; it was changed since. Put it back, or delete ${show(stage.folder)} to do the stage again.`,
    );
}

/** Of a stage without a record. */
function stateOf({ folder }: Stage): PlannedStage["state"] {
  return existsSync(folder) ? "half done" : "to do";
}

/** In pieces: a model's weights needn't fit in memory beside the model. */
function fileSha256(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(2 ** 20);
    for (let read = readSync(file, bytes); read > 0; read = readSync(file, bytes)) hash.update(bytes.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}
