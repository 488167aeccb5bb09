import { join } from "node:path";
import { adapterFiles } from "../formats/adapter-files.ts";
import { saveCheckpoint } from "../formats/checkpoint.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { writeFolderAtomically } from "../host/write-folder.ts";
import type { PolicyModel } from "../policy/policy.ts";
import { checkOwnFolder } from "../host/plain-files.ts";

/** Writes a run's trained model: `final/`, whole, and under an adapter that alone in `adapter/` too. */
export async function saveFinalModel(
  runFolder: string,
  { config, parameters, adapter }: PolicyModel,
  tokenizer: Tokenizer,
): Promise<void> {
  for (const name of ["adapter", "final"]) checkOwnFolder(runFolder, name);
  if (adapter !== undefined) await writeFolderAtomically(join(runFolder, "adapter"), adapterFiles(config, adapter));
  await saveCheckpoint(join(runFolder, "final"), { config, parameters, adapter, tokenizer });
}
