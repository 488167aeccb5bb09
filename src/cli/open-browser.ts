import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { environmentWithoutSecrets } from "../host/child-environment.ts";

/** Whether there is a desktop with a browser on it, from what the environment says. */
export function hasDesktop(environment: Readonly<Record<string, string | undefined>>, platform: string): boolean {
  if (platform === "darwin" || platform === "win32") return environment["SSH_CONNECTION"] === undefined;
  return (environment["DISPLAY"] ?? "") !== "" || (environment["WAYLAND_DISPLAY"] ?? "") !== "";
}

/** The programs of the platforms that have one of their own. */
const OPENERS: Readonly<Record<string, readonly [program: string, ...words: string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};
/** How long the file that leads to the page is kept, in milliseconds; a browser may take its time to start. */
const KEPT = 60_000;

/**
 * Shows an address in the person's browser. Where that fails nothing is lost: the address was printed. Every user of
 * the
 * machine sees the arguments of a process, and the address holds a token: so the browser is given a file that only this
 * user may read, which leads on.
 */
export function openBrowser(url: string, platform: string): void {
  let page: string;
  try {
    page = leadingFile(url, platform);
  } catch {
    // No room for a file.
    return;
  }
  const [program, ...words] = OPENERS[platform] ?? ["xdg-open"];
  const child = spawn(program, [...words, page], { stdio: "ignore", detached: true, env: environmentWithoutSecrets() });
  child.on("error", () => undefined);
  child.unref();
}

/** A file of mode 0600 in a folder of mode 0700. It goes by itself, at the latest when this process ends. */
function leadingFile(url: string, platform: string): string {
  // Browsers that come as snaps see of the outside the visible part of the home alone.
  const place = platform === "linux" && existsSync("/snap/bin") ? homedir() : tmpdir();
  const folder = mkdtempSync(join(place, "aha-dashboard-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  setTimeout(remove, KEPT).unref();
  const page = join(folder, "open.html");
  const address = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const refresh = `<meta http-equiv="refresh" content="0;url=${address}">`;
  const head = `<meta charset="utf-8"><meta name="referrer" content="no-referrer">${refresh}<title>Aha</title>`;
  writeFileSync(page, `<!doctype html>${head}<a href="${address}">To the dashboard</a>\n`, { mode: 0o600, flag: "wx" });
  return page;
}
