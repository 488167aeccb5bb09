import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type * as real from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { RunError } from "../errors.ts";
import { removeLeftovers, replaceFolder, writeFileAtomic } from "./write-file-atomic.ts";

/** Makes one call to the file system fail, as on a full disk. */
const failing = vi.hoisted(() => ({ call: "", code: "", from: "" }));
vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof real>();
  const fail = (call: string, path: unknown): void => {
    if (failing.call === call && String(path).includes(failing.from)) throw Object.assign(new Error(`${failing.code}: no`), { code: failing.code });
  };
  return {
    ...fs,
    open: async (...call: Parameters<typeof fs.open>) => {
      const file = await fs.open(...call);
      const writeFile = file.writeFile.bind(file);
      file.writeFile = async (...words: Parameters<typeof writeFile>) => {
        fail("write", call[0]);
        await writeFile(...words);
      };
      return file;
    },
    rename: async (from: string, to: string) => {
      fail("rename", from);
      await fs.rename(from, to);
    },
  };
});
afterEach(() => Object.assign(failing, { call: "", code: "", from: "" }));

describe("writeFileAtomic", () => {
  test("writes, replaces, and makes folders on the way", async () => {
    const path = join(temporaryFolder(), "a", "b", "card.json");
    await writeFileAtomic(path, "one");
    await writeFileAtomic(path, new Uint8Array([0x32]));
    expect(readFileSync(path, "utf8")).toBe("2");
    expect(readdirSync(join(path, ".."))).toEqual(["card.json"]);
  });

  test.each([
    ["write", "ENOSPC", "the disk is full; free some space."],
    ["write", "EIO", "the system says EIO."],
    ["rename", "EACCES", "permission is denied; change it or choose another folder."],
  ])("when %s fails with %s, what was there stays and one line says why", async (call, code, reason) => {
    const path = join(temporaryFolder(), "card.json");
    await writeFileAtomic(path, "one");
    Object.assign(failing, { call, code });
    const error: unknown = await writeFileAtomic(path, "two").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RunError);
    expect((error as Error).message).toBe(`Can't write ${JSON.stringify(path)}: ${reason}`);
    expect(readFileSync(path, "utf8")).toBe("one");
    expect(readdirSync(join(path, ".."))).toEqual(["card.json"]);
  });

  test("under a file is one line", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(writeFileAtomic(join(file, "x", "card.json"), "")).rejects.toThrow("a file stands where a folder is needed");
  });
});

describe("replaceFolder", () => {
  const fill = (text: string) => (folder: string) => writeFileSync(join(folder, "weights"), text);

  test("makes and replaces", async () => {
    const parent = temporaryFolder();
    const path = join(parent, "step-1");
    await replaceFolder(path, fill("one"));
    writeFileSync(join(path, "extra"), "");
    await replaceFolder(path, fill("two"));
    expect(readFileSync(join(path, "weights"), "utf8")).toBe("two");
    expect([readdirSync(path), readdirSync(parent)]).toEqual([["weights"], ["step-1"]]);
  });

  test("where filling fails, what was there stays", async () => {
    const parent = temporaryFolder();
    const path = join(parent, "step-1");
    await replaceFolder(path, fill("one"));
    await expect(replaceFolder(path, () => Promise.reject(new TypeError("mine")))).rejects.toThrow(new TypeError("mine"));
    const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    await expect(replaceFolder(path, () => Promise.reject(full))).rejects.toThrow("the disk is full");
    expect([readFileSync(join(path, "weights"), "utf8"), readdirSync(parent)]).toEqual(["one", ["step-1"]]);
  });

  test("where the last rename fails, the old folder is put back", async () => {
    const parent = temporaryFolder();
    const path = join(parent, "step-1");
    await replaceFolder(path, fill("one"));
    Object.assign(failing, { call: "rename", code: "EACCES", from: ".tmp-" });
    await expect(replaceFolder(path, fill("two"))).rejects.toThrow("permission is denied");
    expect([readFileSync(join(path, "weights"), "utf8"), readdirSync(parent)]).toEqual(["one", ["step-1"]]);
  });
});

describe("removeLeftovers", () => {
  test("puts back what was renamed away, removes the rest, touches nothing else", async () => {
    const folder = temporaryFolder();
    for (const name of [".tmp-step-2-77-0-1", ".old-step-1-77-0-2", ".old-step-3-77-0-4", "step-3", ".tmp-notes", ".git"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "name"), name);
    }
    writeFileSync(join(folder, ".tmp-card.json-77-0-5"), "half");
    await removeLeftovers(folder);
    expect(readdirSync(folder).sort()).toEqual([".git", ".tmp-notes", "step-1", "step-3"]);
    expect(readFileSync(join(folder, "step-1", "name"), "utf8")).toBe(".old-step-1-77-0-2");
    expect(readFileSync(join(folder, "step-3", "name"), "utf8")).toBe("step-3");
    expect(existsSync(join(folder, ".old-step-3-77-0-4"))).toBe(false);
  });

  test("of a folder that is not there is one line", async () => {
    await expect(removeLeftovers(join(temporaryFolder(), "x"))).rejects.toThrow("it does not exist");
  });
});
