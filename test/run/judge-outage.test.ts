import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRunStore } from "../../src/store/index.ts";
import { taskModule } from "../judging/own-verifiers.ts";
import { aha, newFolder, smallRun } from "./cli-run.ts";

test("a verifier that goes down pauses the run, then ends it; it goes on once the verifier is up", () => {
  const notes = mkdtempSync(join(tmpdir(), "aha-outage-"));
  const [log, up] = [join(notes, "log"), join(notes, "up")];
  // Up for the evaluation before training, which asks for 16 answers at most, and not for long after it.
  const verify = `() => {
    appendFileSync(${JSON.stringify(log)}, ".");
    if (statSync(${JSON.stringify(log)}).size > 24 && !existsSync(${JSON.stringify(up)})) throw new Error("no connection");
    return true;
  }`;
  const task = taskModule(verify, `import { appendFileSync, existsSync, statSync } from "node:fs";`);
  const folder = join(newFolder(), "run");
  const flags = ["--no-preflight", "--task", task, "--judge-patience", "0.01", "--problems-per-step", "16"];
  const down = aha(...smallRun(folder, 3), ...flags);
  expect(down.code, down.stderr).toBe(2);
  expect(down.stderr).toMatch(
    /The verifier of own is down \(.*no connection.*\): trying again in 0\.6 s, for at most 0\.01 min/,
  );
  expect(down.stderr).toMatch(
    /aha: The verifier of the task own failed 20 times in a row .* not a verdict came within 0\.01 min/,
  );
  const lastStep = (): number => {
    const store = openRunStore(folder, { readOnly: true });
    const last = store.lastStep();
    store.close();
    return last;
  };
  expect(lastStep()).toBeLessThan(3);
  writeFileSync(up, "");
  const resumed = aha("resume", folder);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(lastStep()).toBe(3);
});
