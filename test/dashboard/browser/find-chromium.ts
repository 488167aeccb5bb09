import { accessSync, constants } from "node:fs";

const USUAL = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Stands in the names of the tests of the page: why they are skipped where `findChromium` finds nothing. */
export const NEEDS_CHROMIUM = "needs Chromium: apt-get install chromium, or its path in CHROMIUM";

/**
 * The browser that the page is tested in: the one that CHROMIUM names, or one at the usual places; null where there is
 * none.
 */
export function findChromium(): string | null {
  const given = process.env["CHROMIUM"];
  return [...(given === undefined || given === "" ? [] : [given]), ...USUAL].find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
