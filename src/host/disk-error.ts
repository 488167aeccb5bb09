import { AhaError, RunError, show } from "../errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space",
  EDQUOT: "the disk quota is used up; free some space",
  EACCES: "permission is denied; change it or choose another folder",
  EPERM: "permission is denied; change it or choose another folder",
  EROFS: "the file system is read-only; choose another folder",
  ENOENT: "it does not exist; check the path",
  ENOTDIR: "a file stands where a folder is needed; choose another path",
  EEXIST: "a file stands where a folder is needed; choose another path",
  EISDIR: "a folder stands where a file is needed; choose another path",
  EMFILE: "too many files are open; close some programs",
  ENAMETOOLONG: "the name is too long; choose a shorter one",
};

/**
 * Says in one line what a failed call to the file system means.
 *
 * @param action what was tried: "write", "read"
 * @returns a RunError; errors that don't come from the file system, and those that explain themselves, as they are
 */
export function diskError(action: string, path: string, error: unknown): unknown {
  if (error instanceof AhaError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return error;
  return new RunError(`Can't ${action} ${show(path)}: ${REASONS[code] ?? `the system says ${code}`}.`, {
    cause: error,
  });
}
