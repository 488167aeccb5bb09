import { expect, test } from "vitest";
import { keepArchitecture } from "../../scripts/gpu-check/keep-architecture.ts";

function entry(architecture: number, code: string): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt16LE(2, 0);
  header.writeUInt32LE(header.length, 4);
  header.writeBigUInt64LE(BigInt(code.length), 8);
  header.writeUInt32LE(architecture, 28);
  return Buffer.concat([header, Buffer.from(code)]);
}

function fatBinary(...entries: Buffer[]): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(0xba55ed50, 0);
  header.writeUInt16LE(1, 4);
  header.writeUInt16LE(16, 6);
  header.writeBigUInt64LE(BigInt(entries.reduce((sum, { length }) => sum + length, 0)), 8);
  return Buffer.concat([header, ...entries]);
}

test("the code of one architecture stays, and all that is no code", () => {
  const made = (other: string) =>
    Buffer.concat([
      Buffer.from("a library"),
      fatBinary(entry(80, other), entry(90, "hopper")),
      Buffer.from("between"),
      fatBinary(entry(90, "hopper too"), entry(120, other)),
      Buffer.from("the end"),
    ]);
  const library = made("others");
  expect(keepArchitecture(library, 90)).toEqual({ kept: 16, emptied: 12 });
  expect(library.equals(made("\0".repeat(6)))).toBe(true);
});

test("what isn't a fat binary, or has no such code, is refused", () => {
  expect(() => keepArchitecture(fatBinary(entry(80, "others")), 90)).toThrow(/^Expected code for .* 90, got none\.$/);
  const torn = fatBinary(entry(90, "hopper"));
  torn.writeBigUInt64LE(2n ** 40n, 16 + 8);
  expect(() => keepArchitecture(torn, 90)).toThrow(/^Expected an entry of a fat binary at 16/);
});
