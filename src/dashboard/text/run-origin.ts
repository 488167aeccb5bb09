import type { EngineNote } from "../../records/metrics.ts";

/**
 * Who computed a run, where that wasn't this program on this machine: such a run can't be made again to the byte. Of a
 * run on a GPU, which one: its bytes are that device's.
 *
 * @param config the run's, which may be a stranger's
 * @param note of its newest step
 * @returns null for a run that was made here on the processor
 */
export function runOrigin(
  { engine, imported, device, deviceTest }: { readonly [name: string]: unknown },
  note: EngineNote | undefined,
): string | null {
  if (typeof imported === "string" && imported !== "") return `imported from ${imported}, no replay`;
  if (typeof engine !== "string" || engine === "") return deviceText(device, deviceTest);
  return `computed by ${note === undefined ? engine : `${engine} (${note.version}, ${note.device})`}, no replay to the byte`;
}

function deviceText(device: unknown, test: unknown): string | null {
  if (typeof device !== "string" || device === "" || device === "cpu") return null;
  const adapter = typeof test === "object" && test !== null && "adapter" in test ? test.adapter : null;
  return typeof adapter === "string" ? `on ${device}, ${adapter}` : `on ${device}`;
}
