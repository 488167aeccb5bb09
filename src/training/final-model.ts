import { join } from "node:path";
import { adapterFiles } from "../model/adapter-files.ts";
import { saveCheckpoint } from "../model/checkpoint.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { writeFolderAtomically } from "../model/write-folder.ts";
import { checkOwnFolder } from "../runs/plain-files.ts";
import type { PolicyModel } from "../update/policy.ts";

/** Writes a run's trained model: `final/`, whole, and under an adapter that alone in `adapter/` too. */
export async function saveFinalModel(runFolder: string, { config, parameters, adapter }: PolicyModel, tokenizer: Tokenizer): Promise<void> {
  for (const name of ["adapter", "final"]) checkOwnFolder(runFolder, name);
  if (adapter !== undefined) await writeFolderAtomically(join(runFolder, "adapter"), adapterFiles(config, adapter));
  await saveCheckpoint(join(runFolder, "final"), { config, parameters, adapter, tokenizer });
}
