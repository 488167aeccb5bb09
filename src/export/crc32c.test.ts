import { expect, test } from "vitest";
import { crc32c, maskedCrc32c } from "./crc32c.ts";

const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);

// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
test.each([
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["0 to 31", ascending, 0x46dd794e],
  ["31 to 0", ascending.toReversed(), 0x113fdb5c],
  ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
  ["nothing", new Uint8Array(), 0],
])("of %s", (_name, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test("masked", () => {
  // 0xe3069283 turned right by 15 is 0x2507c60d; plus 0xa282ead8 is 0xc78ab0e5.
  expect(maskedCrc32c(new TextEncoder().encode("123456789"))).toBe(0xc78ab0e5);
});
