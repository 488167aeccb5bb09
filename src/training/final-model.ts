import { join } from "node:path";
import { adapterFiles } from "../formats/adapter-files.ts";
import { saveCheckpoint } from "../formats/checkpoint.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { writeFolderAtomically } from "../host/write-folder.ts";
import type { Policy, ServedWeights } from "../policy/policy.ts";
import { checkOwnFolder } from "../host/plain-files.ts";

/**
 * Writes a run's trained model: `final/`, whole, and under an adapter that alone in `adapter/` too. Of a server's, the
 * adapter is all there is, where the server gives it away.
 *
 * @returns what isn't here, in a sentence; null where everything is
 */
export async function saveFinalModel(runFolder: string, policy: Policy, tokenizer: Tokenizer): Promise<string | null> {
  for (const name of ["adapter", "final"]) checkOwnFolder(runFolder, name);
  if (policy.served !== undefined) return saveServedModel(join(runFolder, "adapter"), policy.served);
  const { config, parameters, adapter } = await policy.model();
  if (adapter !== undefined) await writeFolderAtomically(join(runFolder, "adapter"), adapterFiles(config, adapter));
  await saveCheckpoint(join(runFolder, "final"), { config, parameters, adapter, tokenizer });
  return null;
}

async function saveServedModel(folder: string, served: ServedWeights): Promise<string> {
  const files = await served.download();
  const { weights, engine } = await served.save();
  const there = `The trained weights are on ${engine}, as ${weights}`;
  if (files === null) return `${there}; it gives no archives of them, so that nothing of them is here.`;
  await writeFolderAtomically(folder, files);
  return `${there}; their adapter is in ${folder}, to be used as ${folder}+BASE with the base on this machine.`;
}
