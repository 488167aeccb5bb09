import { OptionError, show } from "../../errors.ts";

/** @throws OptionError for what is no path below which a page can stand */
export function checkBasePath(path: string): string {
  const parts = path.split("/").slice(1);
  if (path === "" || (path.startsWith("/") && parts.every((part) => /^[\w~-][\w.~-]*$/.test(part)))) return path;
  throw new OptionError(
    `Expected \`basePath\` to be a path such as /aha, without a slash at its end, got ${show(path)}.`,
  );
}

/** What of a path stands behind the base; a proxy may have taken that off already. */
export function behindBase(path: string, basePath: string): string {
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
}
