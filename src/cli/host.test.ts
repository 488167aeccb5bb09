import { expect, test } from "vitest";
import { showsUnicode } from "./host.ts";
import { runFolderFor } from "./run-folder.ts";

test.each([
  [{}, "linux", true],
  [{ LANG: "de_DE.UTF-8" }, "linux", true],
  [{ LANG: "C.utf8" }, "linux", true],
  [{ LANG: "C" }, "linux", false],
  [{ LANG: "en_US.UTF-8", LC_ALL: "" }, "linux", true],
  [{ LANG: "en_US.UTF-8", LC_ALL: "POSIX" }, "linux", false],
  [{ TERM: "linux", LANG: "en_US.UTF-8" }, "linux", false],
  [{}, "win32", false],
  [{ WT_SESSION: "1" }, "win32", true],
])("showsUnicode(%j, %s)", (environment, platform, expected) => {
  expect(showsUnicode(environment, platform)).toBe(expected);
});

test("a run folder is named by kind and time, and never taken twice", () => {
  const now = new Date(2026, 10, 3, 8, 5);
  expect(runFolderFor("zero", now, () => false).replaceAll("\\", "/")).toBe("runs/zero-2026-11-03-0805");
  const taken = ["runs/zero-2026-11-03-0805", "runs/zero-2026-11-03-0805-2"];
  expect(
    runFolderFor("zero", now, (folder) => taken.includes(folder.replaceAll("\\", "/"))).replaceAll("\\", "/"),
  ).toBe("runs/zero-2026-11-03-0805-3");
});
