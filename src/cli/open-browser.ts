import { spawn } from "node:child_process";

/** Whether there is a desktop with a browser on it, from what the environment says. */
export function hasDesktop(environment: Readonly<Record<string, string | undefined>>, platform: string): boolean {
  if (platform === "darwin" || platform === "win32") return environment["SSH_CONNECTION"] === undefined;
  return (environment["DISPLAY"] ?? "") !== "" || (environment["WAYLAND_DISPLAY"] ?? "") !== "";
}

/** The system's program that opens an address, with its words. */
function openingCommand(url: string, platform: string): readonly [program: string, ...words: string[]] {
  if (platform === "darwin") return ["open", url];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  return ["xdg-open", url];
}

/** Shows an address in the person's browser. Where that fails nothing is lost: the address was printed. */
export function openBrowser(url: string, platform: string): void {
  const [program, ...words] = openingCommand(url, platform);
  const child = spawn(program, words, { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
