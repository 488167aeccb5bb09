import { expect, test } from "vitest";
import { isRemotePath } from "./local-path.ts";

test.each([
  "\\\\server\\share\\task.mjs",
  "//server/share/task.mjs",
  "/\\server/share",
  "\\/server/share",
  "\\\\?\\UNC\\server\\share",
  "\\\\?\\C:\\task.mjs",
  "\\\\.\\pipe\\x",
  "//?/UNC/server/share",
  " //server/share",
  "file:///task.mjs",
  "file://server/task.mjs",
  "FILE:/task.mjs",
  "http://host/task.mjs",
  "https://host/task.mjs",
  "data:text/javascript,1",
  "node:fs",
  "blob:x",
  "jar:file:/x",
  "hf:owner/name",
])("%j is not on this machine, or not a path", (path) => {
  expect(isRemotePath(path)).toBe(true);
});

test.each([
  "task.mjs",
  "./task.mjs",
  "../a/task.mjs",
  "/home/me/task.mjs",
  "C:\\tasks\\task.mjs",
  "c:/tasks/task.mjs",
  ".\\task.mjs",
  "\\task.mjs",
  "a//b.mjs",
  "owner/name",
  "./file:x.mjs",
  "",
])("%j may be", (path) => {
  expect(isRemotePath(path)).toBe(false);
});
