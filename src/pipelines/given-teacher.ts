import { existsSync } from "node:fs";
import { join } from "node:path";
import { givenModel } from "./given-model.ts";
import type { Source } from "./stage-runner.ts";

/** A teacher that was there before: a model's folder, or a run whose trained model it is. */
export function givenTeacher(folder: string): Source {
  const model = existsSync(join(folder, "run.db")) ? givenModel(join(folder, "final")) : givenModel(folder);
  return { ...model, name: "teacher" };
}
