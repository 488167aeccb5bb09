import { stat } from "node:fs/promises";
import { OptionError, show } from "../errors.ts";

/**
 * Refuses what may never end, or never begin.
 *
 * @throws OptionError for a pipe or a device; what the file system throws, as it is
 */
export async function checkPlainFile(path: string): Promise<void> {
  const found = await stat(path);
  if (found.isFile() || found.isDirectory()) return;
  throw new OptionError(
    `Expected ${show(path)} to be a plain file, got a pipe or a device; save what it gives to a file first.`,
  );
}
