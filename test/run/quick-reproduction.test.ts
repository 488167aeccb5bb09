import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CLAIMS } from "../../src/claims/claims.ts";
import { aha, newFolder, startAha } from "./cli-run.ts";

/** The whole machinery of the claims, in its quick form: every stage kind, every claim, the report. */
test("aha reproduce all --quick writes a report of every claim, and reuses all of it the second time", { timeout: 900_000 }, async () => {
  const folder = join(newFolder(), "reproduction");
  const flags = ["reproduce", "all", "--quick", "--folder", folder, "--json"];
  // Not at once: a process that waits for minutes can't tell vitest that it lives.
  const first = startAha(...flags);
  const code = await first.ended;
  expect(first.text().slice(-2000)).not.toMatch(/Error:| at /);
  expect(code).toBe(0);
  const summary = JSON.parse(first.text().trim().split("\n").at(-1)!) as { readonly claims: readonly { readonly claim: string; readonly conclusion: string }[]; readonly report: string };
  // One seed and short runs conclude nothing.
  expect(summary.claims).toEqual(CLAIMS.map(({ name }) => ({ claim: name, conclusion: "inconclusive" })));
  const markdown = readFileSync(join(folder, "claims.md"), "utf8");
  for (const { name } of CLAIMS) expect(markdown).toContain(`\n## ${name}\n`);
  expect(markdown).toContain("Nothing can be concluded");
  for (const [, figure] of markdown.matchAll(/\]\((claims\/[^)]+\.svg)\)/g)) expect(readFileSync(join(folder, figure!), "utf8")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(markdown).not.toMatch(/NaN|undefined|Infinity/);

  const again = aha(...flags);
  expect(again.code).toBe(0);
  expect(again.stderr).not.toContain(": reinforcement learning");
  expect(readFileSync(join(folder, "claims.md"), "utf8")).toBe(markdown);

  const plan = aha("reproduce", "all", "--quick", "--folder", folder, "--plan", "--json");
  const { stages } = JSON.parse(plan.stdout) as { readonly stages: readonly { readonly state: string; readonly folder: string; readonly name: string }[] };
  expect(stages.every(({ state }) => state === "cached")).toBe(true);

  const zero = stages.find(({ name }) => name === "zero-s1")!;
  writeFileSync(join(zero.folder, "final", "model.safetensors"), "edited");
  expect(existsSync(zero.folder)).toBe(true);
  const edited = aha(...flags);
  expect(edited.code).toBe(2);
  expect(edited.stderr).toMatch(/model\.safetensors" to be as the stage zero-s1 made it; it was changed since/);
});
