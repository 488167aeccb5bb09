import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointError } from "../errors.ts";
import { writeFileAtomically } from "./write-file.ts";

let parent: string;
let path: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "aha-file-"));
  path = join(parent, "model.gguf");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const pieces = [Uint8Array.of(97), new Uint8Array(0), Uint8Array.of(98)];

describe("writeFileAtomically", () => {
  it("writes pieces, under folders that don't exist yet", async () => {
    path = join(parent, "a", "b", "model.gguf");
    await writeFileAtomically(path, pieces);
    expect(await readFile(path, "utf8")).toBe("ab");
    expect(await readdir(join(parent, "a", "b"))).toEqual(["model.gguf"]);
  });

  it("replaces a file whole, also behind a symbolic link", async () => {
    const link = join(parent, "link");
    await writeFile(path, "longer than before");
    await symlink(path, link);
    await writeFileAtomically(link, pieces);
    expect(await readFile(path, "utf8")).toBe("ab");
    expect((await readdir(parent)).toSorted()).toEqual(["link", "model.gguf"]);
  });

  it.skipIf(process.platform === "win32")("lets only its owner read it where that is asked for", async () => {
    await writeFile(path, "old", { mode: 0o644 });
    await writeFileAtomically(path, "new", { mode: 0o600 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("leaves what was there where writing fails midway", async () => {
    await writeFile(path, "old");
    const breaking = function* (): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    };
    await expect(writeFileAtomically(path, breaking())).rejects.toThrow(
      /model\.gguf" to have space, got a full disk; free some space\. What was there before is unchanged\./,
    );
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(parent)).toEqual(["model.gguf"]);
  });

  it("removes what a crashed writer left, and nothing of one that runs", async () => {
    await writeFile(join(parent, `.model.gguf.new-${2 ** 30}-0_1`), "");
    await writeFile(join(parent, `.model.gguf.new-${process.ppid}-0_1`), "");
    await writeFileAtomically(path, pieces);
    expect((await readdir(parent)).toSorted()).toEqual([`.model.gguf.new-${process.ppid}-0_1`, "model.gguf"]);
  });

  it("refuses a folder, and a path through a file", async () => {
    await mkdir(path);
    await expect(writeFileAtomically(path, pieces)).rejects.toThrow(CheckpointError);
    await expect(writeFileAtomically(path, pieces)).rejects.toThrow(/to be a file or new, got a folder/);
    await writeFile(join(parent, "file"), "");
    await expect(writeFileAtomically(join(parent, "file", "x"), pieces)).rejects.toThrow(
      /to be under a folder, got a file in its path|EEXIST/,
    );
  });
});
