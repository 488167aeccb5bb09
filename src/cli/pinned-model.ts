import { existsSync } from "node:fs";
import { onBase, withoutBase } from "../formats/find-model.ts";
import { fetchModel } from "../formats/hub/fetch-model.ts";
import { hubName, isHubSpec, parseHubSpec } from "../formats/hub/hub-spec.ts";
import { isShippedModel, shippedModel } from "../formats/shipped-model.ts";
import type { Watch } from "./compositions.ts";

/**
 * A model of the hub, at the commit that its name stands for now; a base that comes with aha, by its folder, where no
 * file has its name; a folder or file as it is.
 */
export async function pinned(name: string, watch: Watch): Promise<string> {
  const { own, base } = withoutBase(name);
  const model = await pinnedAlone(own, watch);
  return onBase(model, base === null ? null : await pinnedAlone(base, watch));
}

/** The same where nothing is to be fetched: a model of the hub keeps its name. */
export function placed(name: string): string {
  const { own, base } = withoutBase(name);
  return onBase(placedAlone(own), base === null ? null : placedAlone(base));
}

function placedAlone(model: string): string {
  return isShippedModel(model) && !existsSync(model) ? shippedModel(model) : model;
}

async function pinnedAlone(model: string, { signal, onEvent }: Watch): Promise<string> {
  if (!isHubSpec(model)) return placedAlone(model);
  const spec = parseHubSpec(model);
  const { commit } = await fetchModel(spec, {
    signal,
    onProgress: (done, total) => onEvent({ kind: "downloading", name: model, done, total }),
  });
  return hubName({ ...spec, revision: commit });
}
