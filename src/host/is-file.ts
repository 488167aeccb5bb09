import { stat } from "node:fs/promises";

/** Whether a file is there, itself or behind a link; false for what can't be looked at. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
