import { expect, test } from "vitest";
import { isAtStart, ownFileName } from "./offline-files.ts";

const SCOPE = "https://box.example/sub/path/";

test.each([
  [SCOPE, "index.html"],
  [`${SCOPE}#seed=1`, "index.html"],
  [`${SCOPE}engine/x.wasm`, "engine/x.wasm"],
  ["https://box.example/sub/", null],
  ["https://elsewhere.example/sub/path/index.html", null],
  [`${SCOPE}index.html?x=1`, "index.html?x=1"],
])("%s is %s", (address, name) => expect(ownFileName(address, SCOPE)).toBe(name));

test.each([
  ["index.html", true],
  ["models/countdown-base/model.safetensors", true],
  ["models/countdown-small-base/model.safetensors", false],
  ["recordings/r1.bin", false],
  ["assets/ort-node-C5j1b_GY.js", true],
  ["engine/ort-wasm-simd-threaded.wasm", true],
  ["engine/sqlite.wasm", false],
  ["dashboard.html", false],
  ["assets/dashboard-C-AG-3Tz.js", false],
  ["assets/store-worker-CZFNDWvj.js", false],
  ["assets/run-archive-XR_XRlPr.js", false],
  ["THIRD-PARTY.txt", false],
])("%s is kept at once: %s", (name, kept) => expect(isAtStart(name)).toBe(kept));
