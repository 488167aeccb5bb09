import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError, show } from "../errors.ts";
import { isRemotePath } from "../text/local-path.ts";
import { printableLine } from "../text/printable.ts";
import { ADAPTER_CONFIG, type AdapterFiles } from "./adapter-files.ts";
import { findModelPlace, type ModelPlace } from "./model-place.ts";
import { fetchModel } from "./hub/fetch-model.ts";
import { isHubSpec, parseHubSpec } from "./hub/hub-spec.ts";
import { shellWord } from "../text/shell-word.ts";

/**
 * Where the base of an opened adapter is, fetched where it is one of the hub: the one that it was named with, or what
 * its file says.
 *
 * @throws CheckpointError where the adapter names none, or one that isn't taken on a file's word
 */
export async function findAdapterBase({ path, base }: ModelPlace, files: AdapterFiles): Promise<ModelPlace> {
  const place = await (base === undefined ? baseOfFile(path, files) : findModelPlace(base));
  if (place.form !== "adapter") return place;
  const where =
    base === undefined ? `\`base_model_name_or_path\` in ${join(path, ADAPTER_CONFIG)}` : "the base of the adapter";
  throw new CheckpointError(
    `Expected ${where} to name a whole model, got ${show(base ?? files.base)}, another adapter; merge that one first.`,
  );
}

async function baseOfFile(folder: string, { base }: AdapterFiles): Promise<ModelPlace> {
  const where = join(folder, ADAPTER_CONFIG);
  // What the file says is shown in later messages as it is.
  if (base === "" || /\p{C}/u.test(base))
    throw new CheckpointError(
      `Expected \`base_model_name_or_path\` in ${where} to name the base, got ${show(base)}; name it behind the adapter: ${folder}+BASE.`,
    );
  const ofHub = isHubSpec(base);
  if (!ofHub && isRemotePath(base))
    throw new CheckpointError(
      `Expected \`base_model_name_or_path\` in ${where} to name a model on this machine or of the hub, got ${show(base)}, a share or an address; copy the base here and name it behind the adapter: ${folder}+BASE.`,
    );
  const looksLikeHub = /^[\w.-]+\/[\w.-]+$/.test(base);
  const isHere = !ofHub && (existsSync(base) || !looksLikeHub);
  if (!ofHub && !looksLikeHub && !existsSync(base))
    throw new CheckpointError(
      `Expected the base of the adapter ${folder} where its ${ADAPTER_CONFIG} says, at ${show(base)}, got no such file or folder; it was trained on another machine or in another folder: name the base behind the adapter, a folder or a model of the hub: ${folder}+hf:owner/name.`,
    );
  return findModelPlace(isHere ? base : await fetchBase(ofHub ? base : `hf:${base}`, folder));
}

/**
 * The base that an adapter's file names, from the hub. What is fetched is said, whoever called; and the user's token
 * isn't sent for a name that he didn't choose.
 */
async function fetchBase(base: string, folder: string): Promise<string> {
  const spec = parseHubSpec(base);
  const onDownload = (): unknown =>
    process.stderr.write(printableLine(`Fetching ${base}, the base that the adapter in ${folder} names.`) + "\n");
  const { path } = await fetchModel(spec, { anonymous: true, onDownload }).catch((error: Error) => {
    if (!/status 40[13]/.test(error.message)) throw error;
    throw new CheckpointError(
      `Expected ${base}, the base that the adapter in ${folder} names, to be public, as your token is not sent for a name that a file says; if you trust it, fetch it yourself first: \`aha preview ${shellWord(base)}\`.`,
      { cause: error },
    );
  });
  return path;
}
