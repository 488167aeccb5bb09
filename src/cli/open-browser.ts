import { spawn } from "node:child_process";
import { environmentWithoutSecrets } from "../onnx/child-environment.ts";

/** Whether there is a desktop with a browser on it, from what the environment says. */
export function hasDesktop(environment: Readonly<Record<string, string | undefined>>, platform: string): boolean {
  if (platform === "darwin" || platform === "win32") return environment["SSH_CONNECTION"] === undefined;
  return (environment["DISPLAY"] ?? "") !== "" || (environment["WAYLAND_DISPLAY"] ?? "") !== "";
}

/** Shows an address in the person's browser. Where that fails nothing is lost: the address was printed. */
export function openBrowser(url: string, platform: string): void {
  const [program, words]: readonly [string, readonly string[]] = platform === "darwin" ? ["open", [url]] : platform === "win32" ? ["rundll32", ["url.dll,FileProtocolHandler", url]] : ["xdg-open", [url]];
  const child = spawn(program, words, { stdio: "ignore", detached: true, env: environmentWithoutSecrets() });
  child.on("error", () => undefined);
  child.unref();
}
