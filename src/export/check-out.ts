import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { OptionError } from "../errors.ts";

/** @throws OptionError where `out` is a file's name, or something is there already */
export async function checkNewFolder(to: string, out: string): Promise<void> {
  if (out.endsWith(".gguf"))
    throw new OptionError(
      `Expected \`out\` to be a folder for \`to: ${to}\`, got ${out}; name a folder, or use \`to: gguf\`.`,
    );
  const found = await stat(out).catch(() => undefined);
  const isEmpty = found === undefined || (found.isDirectory() && (await readdir(out)).length === 0);
  if (!isEmpty)
    throw new OptionError(
      `Expected \`out\` to be a new or empty folder, got ${out}, which is there; choose another, or remove it.`,
    );
}

/** @throws OptionError where `out` hasn't a file's name with that ending, or something is there already */
export async function checkNewFile(to: string, ending: string, out: string): Promise<void> {
  if (!out.endsWith(ending))
    throw new OptionError(`Expected \`out\` to end in ${ending} for \`to: ${to}\`, got ${out}; name a file.`);
  if ((await stat(out).catch(() => undefined)) !== undefined)
    throw new OptionError(
      `Expected \`out\` to be a new file, got ${out}, which is there; choose another, or remove it.`,
    );
}

/**
 * Checks that something new can be made at a path, before the work that it takes.
 *
 * @throws OptionError where the nearest folder above it is none, or can't be written to
 */
export async function checkWritable(out: string): Promise<void> {
  let above = dirname(resolve(out));
  for (;;) {
    const found = await stat(above).catch(() => undefined);
    if (found !== undefined && !found.isDirectory())
      throw new OptionError(
        `Expected \`out\` to be under a folder, got ${out}, where ${above} is a file; choose another path.`,
      );
    if (found !== undefined || dirname(above) === above) break;
    above = dirname(above);
  }
  const reason = await access(above, constants.W_OK).then(
    () => null,
    ({ code }: NodeJS.ErrnoException) =>
      code === "EROFS" ? `${above} on a read-only file system` : `no permission for ${above}`,
  );
  if (reason !== null)
    throw new OptionError(
      `Expected \`out\` to be where files can be written, got ${out}, and ${reason}; choose another path.`,
    );
}
