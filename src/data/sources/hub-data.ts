import { fetchDataset } from "../../formats/hub/fetch-dataset.ts";
import type { FetchContext } from "../../formats/hub/fetch-model.ts";
import { parseHubDataset } from "../../formats/hub/hub-spec.ts";
import { chooseFiles } from "./choose-files.ts";
import { folderParts, type DataSource } from "./find-data.ts";

/**
 * A data set of the hub, its files in the cache.
 *
 * @param name `hf:datasets/owner/name` or `hf:owner/name`, either with `@revision`
 * @throws CheckpointError where the hub doesn't give it; OptionError where it has no files of rows
 */
export async function hubData(
  name: string,
  subset: string | undefined,
  context: Pick<FetchContext, "access" | "signal" | "onProgress"> = {},
): Promise<DataSource> {
  const spec = parseHubDataset(name);
  const { path } = await fetchDataset(spec, {
    ...context,
    choose: (paths, readme) => chooseFiles(paths, { name, readme, subset }).map((file) => file.path),
  });
  return { name, parts: await folderParts(path, subset, name), close: () => undefined };
}
