import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openBrowser } from "./open-browser.ts";

const URL_WITH_TOKEN = "http://127.0.0.1:7654/?token=SECRET&a=%22#/run/it's";

test.skipIf(process.platform !== "linux")(
  "the opener is told of a private file, and never of the token (needs Linux, whose opener is found in PATH)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "aha-opener-"));
    const [opener, record] = [join(folder, "xdg-open"), join(folder, "arguments")];
    writeFileSync(
      opener,
      `#!/bin/sh\nprintf '%s\\n' "$@" > ${record}.part; env >> ${record}.env; mv ${record}.part ${record}\n`,
    );
    chmodSync(opener, 0o755);
    const path = process.env["PATH"];
    onTestFinished(() => void (process.env["PATH"] = path));
    process.env["PATH"] = `${folder}${delimiter}${path}`;
    openBrowser(URL_WITH_TOKEN, "linux");
    await vi.waitUntil(() => existsSync(record), { timeout: 20_000 });
    const told = readFileSync(record, "utf8");
    expect(told + readFileSync(`${record}.env`, "utf8")).not.toContain("SECRET");
    const [page, ...more] = told.trim().split("\n");
    expect(more).toEqual([]);
    expect(statSync(page!).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(page!)).mode & 0o777).toBe(0o700);
    expect(readFileSync(page!, "utf8")).toContain(`content="0;url=${URL_WITH_TOKEN.replace("&", "&amp;")}"`);
  },
);
