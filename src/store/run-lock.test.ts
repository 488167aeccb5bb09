import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { chmodSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { lockRun, runWriter } from "./run-lock.ts";

const HOLDER = fileURLToPath(new URL("../../test/contracts/record-for-ever.ts", import.meta.url));

describe("within one process", () => {
  test("a run is locked once, until released", () => {
    const folder = temporaryFolder();
    expect(runWriter(folder)).toBeNull();
    const lock = lockRun(folder);
    expect(runWriter(folder)).toBe(process.pid);
    expect(() => lockRun(folder)).toThrow(
      `is being written by process ${process.pid}; wait until it has ended, or choose another folder.`,
    );
    lock.release();
    lock.release();
    expect(runWriter(folder)).toBeNull();
    lockRun(folder).release();
  });
});

describe("between processes", () => {
  test("the lock of a living one is respected, that of a killed one is free", async () => {
    const folder = temporaryFolder();
    const holder = spawn(process.execPath, ["--import", "tsx", HOLDER, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void holder.kill("SIGKILL"));
    await once(holder.stdout, "data");
    expect(runWriter(folder)).toBe(holder.pid);
    expect(() => lockRun(folder)).toThrow(`is being written by process ${holder.pid};`);

    holder.kill("SIGKILL");
    await once(holder, "exit");
    expect(runWriter(folder)).toBeNull();
    const lock = lockRun(folder);
    expect(runWriter(folder)).toBe(process.pid);
    lock.release();
  });
});

test.skipIf(process.getuid?.() === 0)(
  "where the lock may only be read, the process that it names counts while it lives",
  () => {
    const folder = temporaryFolder();
    const lock = lockRun(folder);
    chmodSync(join(folder, "run.lock"), 0o444);
    expect(runWriter(folder)).toBe(process.pid);
    lock.release();
  },
);

test("a lock file of something else is one line", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "run.lock"), "1234\n".repeat(300));
  expect(() => lockRun(folder)).toThrow('run.lock" is not a database');
  expect(runWriter(folder)).toBeNull();
});
