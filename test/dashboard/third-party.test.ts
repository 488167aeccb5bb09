import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ask } from "./ask.ts";
import { startDashboard } from "../../src/dashboard/server/index.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The packages that the page's sources import. */
function importedPackages(): string[] {
  const rooms = ["dashboard/ui", "dashboard/text", "figures", "draw", "text", "numbers"];
  const folders = rooms.map((name) => join(root, "src", name));
  const sources = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name))
      .map((name) => readFileSync(join(folder, name), "utf8")),
  );
  const specifiers = sources.flatMap((source) =>
    [...source.matchAll(/from "([^".][^"]*)"/g)].map((match) => match[1]!).filter((name) => !name.startsWith("node:")),
  );
  return [...new Set(specifiers.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]))];
}

test("the built page comes with the notice and licence of every package in it", async () => {
  const notices = readFileSync(join(root, "dist", "dashboard", "ui", "THIRD-PARTY.txt"), "utf8");
  const packages = importedPackages();
  expect(packages).toContain("preact");
  for (const name of packages) {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
    expect(notices).toContain(`${name} ${version} (`);
    expect(notices).toContain(readFileSync(join(folder, "LICENSE"), "utf8").trim());
  }
  const dashboard = await startDashboard({ folder: temporaryFolder(), port: 0, accessToken: null });
  expect((await ask(dashboard.port, "/THIRD-PARTY.txt")).text).toBe(notices);
  await dashboard.close();
});
