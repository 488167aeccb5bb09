import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "undici";

/** Of Debian and of others; undefined where there is none. */
export const FIREFOX = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
});
export const NEEDS_FIREFOX = "needs Firefox: apt-get install firefox-esr";

/** Starts a Firefox without a window, with a profile of its own. */
export function spawnFirefox(profile: string, words: readonly string[]): ChildProcess {
  const browser = spawn(FIREFOX!, ["--headless", "--no-remote", "--profile", profile, ...words], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], HOME: profile, MOZ_HEADLESS: "1" },
    detached: true,
  });
  // Whether anyone listens or not: a full pipe would hold it.
  browser.stderr.resume();
  return browser;
}

interface Answer {
  readonly type: "success" | "error" | "event";
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly level?: string; readonly text?: string | null };
  readonly result?: Record<string, unknown>;
  readonly message?: string;
}

/** A Firefox that does what it is told, by WebDriver BiDi (w3.org/TR/webdriver-bidi). */
export class DrivenFirefox {
  /** What pages wrote as errors, and errors that nothing caught. */
  readonly complaints: string[] = [];
  private readonly waiting = new Map<number, { resolve(answer: Answer): void; reject(reason: Error): void }>();
  private ids = 0;

  private constructor(
    private readonly browser: ChildProcess,
    private readonly profile: string,
    private readonly socket: WebSocket,
  ) {
    socket.onmessage = ({ data }) => this.take(JSON.parse(String(data)) as Answer);
    socket.onclose = () => {
      for (const { reject } of this.waiting.values()) reject(new Error("Firefox has gone."));
    };
  }

  static async start(): Promise<DrivenFirefox> {
    const profile = mkdtempSync(join(tmpdir(), "aha-firefox-"));
    const browser = spawnFirefox(profile, ["--remote-debugging-port", "0", "about:blank"]);
    const address = await new Promise<string>((resolve, reject) => {
      browser.once("exit", () => reject(new Error("Firefox has ended.")));
      createInterface(browser.stderr!).on("line", (line) => {
        const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const socket = new WebSocket(`${address}/session`);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`Firefox doesn't answer at ${address}.`));
    });
    const driven = new DrivenFirefox(browser, profile, socket);
    await driven.order("session.new", { capabilities: {} });
    await driven.order("session.subscribe", { events: ["log.entryAdded"] });
    return driven;
  }

  /** Opens an address in a tab of its own, which is then the one that is shown. */
  async open(url: string): Promise<string> {
    const { context } = await this.order("browsingContext.create", { type: "tab" });
    await this.order("browsingContext.navigate", { context, url, wait: "complete" });
    return String(context);
  }

  /** Brings a tab to the front. */
  async show(tab: string): Promise<void> {
    await this.order("browsingContext.activate", { context: tab });
  }

  /** What an expression is worth in a tab, as text. */
  async read(tab: string, expression: string): Promise<string> {
    const target = { context: tab };
    const told = await this.order("script.evaluate", {
      target,
      expression: `String(${expression})`,
      awaitPromise: true,
    });
    if (told["type"] === "exception") throw new Error(`${expression}: ${JSON.stringify(told["exceptionDetails"])}`);
    return String((told["result"] as { value: unknown }).value);
  }

  /** Clicks with a real pointer on the middle of what a selector finds first. */
  async click(tab: string, expression: string): Promise<void> {
    const place = `(() => { const found = ${expression}; found.scrollIntoView({ block: "center" });
      const { x, y, width, height } = found.getBoundingClientRect();
      return JSON.stringify([Math.round(x + width / 2), Math.round(y + height / 2)]); })()`;
    const [x, y] = JSON.parse(await this.read(tab, place)) as [number, number];
    const moves = [
      { type: "pointerMove", x, y },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    const actions = [{ type: "pointer", id: "mouse", actions: moves }];
    await this.order("input.performActions", { context: tab, actions });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.browser.once("exit", resolve));
    this.socket.close();
    this.browser.kill("SIGTERM");
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private async order(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.ids;
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.type === "error") throw new Error(`${method}: ${answer.message}`);
    return answer.result ?? {};
  }

  private take(answer: Answer): void {
    if (answer.method === "log.entryAdded" && answer.params?.level === "error")
      this.complaints.push(answer.params.text ?? "");
    if (answer.id === undefined) return;
    this.waiting.get(answer.id)?.resolve(answer);
    this.waiting.delete(answer.id);
  }
}
