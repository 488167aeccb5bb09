import type { EngineNote } from "../../records/metrics.ts";

/**
 * Who computed a run, where that wasn't this program on this machine: such a run can't be made again to the byte.
 *
 * @param config the run's, which may be a stranger's
 * @param note of its newest step
 * @returns null for a run that was made here
 */
export function runOrigin(
  { engine, imported }: { readonly [name: string]: unknown },
  note: EngineNote | undefined,
): string | null {
  if (typeof imported === "string" && imported !== "") return `imported from ${imported}, no replay`;
  if (typeof engine !== "string" || engine === "") return null;
  return `computed by ${note === undefined ? engine : `${engine} (${note.version}, ${note.device})`}, no replay to the byte`;
}
