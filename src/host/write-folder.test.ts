import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointError } from "../errors.ts";
import { recoverFolder, writeFolderAtomically } from "./write-folder.ts";

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "aha-folder-"));
  folder = join(parent, "model");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const text = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
/** The id of a process that no longer runs: none can be this large. */
const DEAD = 2 ** 30;

describe("writeFolderAtomically", () => {
  it("writes text, bytes and pieces, under folders that don't exist yet", async () => {
    folder = join(parent, "a", "b", "model");
    const pieces = [Uint8Array.of(97), new Uint8Array(0), Uint8Array.of(98)];
    await writeFolderAtomically(
      folder,
      new Map<string, string | Uint8Array | Uint8Array[]>([
        ["one", "é"],
        ["two", Uint8Array.of(99)],
        ["three", pieces],
      ]),
    );
    expect([await text("one"), await text("two"), await text("three")]).toEqual(["é", "c", "ab"]);
    expect((await stat(folder)).mode).toBe((await stat(join(parent, "a"))).mode);
  });

  it("replaces a folder whole, also behind a symbolic link", async () => {
    const link = join(parent, "link");
    await writeFolderAtomically(
      folder,
      new Map([
        ["a", "old"],
        ["b", "old"],
      ]),
    );
    await symlink(folder, link);
    await writeFolderAtomically(link, new Map([["a", "new"]]), ["b"]);
    expect(await readdir(folder)).toEqual(["a"]);
    expect(await text("a")).toBe("new");
    expect((await readdir(parent)).toSorted()).toEqual(["link", "model"]);
  });

  it.each(["file", "subfolder"])("refuses a folder with another %s in it", async (kind) => {
    await mkdir(folder);
    await (kind === "file" ? writeFile(join(folder, "other"), "mine") : mkdir(join(folder, "a")));
    await expect(writeFolderAtomically(folder, new Map([["a", "1"]]))).rejects.toThrow(
      /of the same files, got "(other|a)" in it/,
    );
    await expect(
      writeFolderAtomically(join(folder, kind === "file" ? "other" : "a", "x"), new Map([["a/b", "1"]])),
    ).rejects.toThrow(/plain file names/);
  });

  it("can write beside itself", async () => {
    await Promise.all(
      ["a", "b", "c"].map((name) => writeFolderAtomically(join(parent, name), new Map([["file", name]]))),
    );
    expect((await readdir(parent)).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("leaves the old folder as it was where writing fails midway", async () => {
    await writeFolderAtomically(folder, new Map([["a", "old"]]));
    const breaking = function* (): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    };
    const failed = writeFolderAtomically(folder, new Map([["a", breaking()]]));
    await expect(failed).rejects.toThrow(CheckpointError);
    await expect(failed).rejects.toThrow(/got a full disk; free some space\. What was there before is unchanged\./);
    expect(await text("a")).toBe("old");
    expect(await readdir(parent)).toEqual(["model"]);
  });

  it.skipIf(process.getuid?.() === 0)("says that it may not write", async () => {
    await chmod(parent, 0o500);
    await expect(writeFolderAtomically(folder, new Map([["a", "1"]]))).rejects.toThrow(/got no permission/);
    await chmod(parent, 0o700);
  });

  it("says that a file is in the way", async () => {
    await writeFile(folder, "");
    await expect(writeFolderAtomically(folder, new Map([["a", "1"]]))).rejects.toThrow(
      /to be a folder or new, got a file/,
    );
    await expect(writeFolderAtomically(join(folder, "inside"), new Map([["a", "1"]]))).rejects.toThrow(
      /got a file in its path/,
    );
  });

  it("clears away what crashed writers left, and only that", async () => {
    const leftovers = [`.model.new-${DEAD}-aaaaaa`, `.model.old-${DEAD}-bbbbbb`, `.model.new-${process.pid}-cccccc`];
    const others = [`.model.new-${process.ppid}-dddddd`, ".model.new-notes", ".model2.new-1-eeeeee"];
    for (const name of [...leftovers, ...others]) await mkdir(join(parent, name));
    await mkdir(folder);
    await writeFolderAtomically(folder, new Map([["a", "1"]]));
    expect((await readdir(parent)).toSorted()).toEqual([...others, "model"].toSorted());
  });
});

describe("recoverFolder", () => {
  it("puts back a folder whose replacement crashed between its renames", async () => {
    await writeFolderAtomically(folder, new Map([["a", "old"]]));
    await rename(folder, join(parent, `.model.old-${DEAD}-aaaaaa`));
    await recoverFolder(folder);
    expect(await text("a")).toBe("old");
  });

  it("leaves a folder that exists, and a replacement at work, alone", async () => {
    const old = `.model.old-${process.ppid}-aaaaaa`;
    await mkdir(join(parent, old));
    await recoverFolder(folder);
    expect(await readdir(parent)).toEqual([old]);
    await mkdir(folder);
    await recoverFolder(folder);
    expect((await readdir(parent)).toSorted()).toEqual([old, "model"]);
  });
});
