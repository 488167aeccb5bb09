import { expect, it } from "vitest";
import { narrowFloats, widenFloats } from "./float-types.ts";

it("widens every F16 by its definition", () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const widened = widenFloats("F16", new Uint8Array(halves.buffer));
  for (const bits of halves) {
    const sign = bits >= 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    // (-1)^s 2^(e - 15) (1 + f / 1024); subnormal where e = 0; infinite or NaN where e = 31.
    const normal = exponent === 0 ? 2 ** -14 * (fraction / 1024) : 2 ** (exponent - 15) * (1 + fraction / 1024);
    const special = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    const expected = exponent === 31 ? special : sign * normal;
    if (!Object.is(widened[bits], expected)) expect(widened[bits]).toBe(expected);
  }
});

it("widens BF16 by appending zeros and leaves the bits of F32 alone", () => {
  // 0x4049 is the upper half of pi, 0x40490fdb.
  expect(widenFloats("BF16", Uint8Array.of(0x49, 0x40))).toEqual(Float32Array.of(3.140625));
  const signalling = Uint8Array.of(1, 0, 0xa0, 0x7f);
  expect(new Uint8Array(widenFloats("F32", signalling).buffer)).toEqual(signalling);
});

const bitsOf = (bytes: Uint8Array): Uint16Array => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
const narrowOne = (type: "F16" | "BF16", value: number): number =>
  bitsOf(narrowFloats(type, Float32Array.of(value)))[0]!;

it.each([
  ["F16", 0x7c00],
  ["BF16", 0x7f80],
] as const)(
  "narrows to %s: every number comes back, and between two of them the nearest, or the even one",
  (type, infinity) => {
    const all = Uint16Array.from({ length: infinity }, (_, bits) => bits);
    const numbers = widenFloats(type, new Uint8Array(all.buffer));
    expect(bitsOf(narrowFloats(type, numbers))).toEqual(all);
    for (let bits = 0; bits + 1 < infinity; bits++) {
      // Exact in 32 bits, which have at least 13 more.
      const middle = (numbers[bits]! + numbers[bits + 1]!) / 2;
      if (Math.fround(middle) !== middle) throw new Error(`Expected ${middle} in 32 bits.`);
      const even = bits % 2 === 0 ? bits : bits + 1;
      const gap = numbers[bits + 1]! - numbers[bits]!;
      const found = [
        narrowOne(type, middle - gap / 64),
        narrowOne(type, middle),
        narrowOne(type, middle + gap / 64),
        narrowOne(type, -middle),
      ];
      const expected = [bits, even, bits + 1, 0x8000 | even];
      if (found.join() !== expected.join()) expect(found).toEqual(expected);
    }
  },
);

it("narrows what is too large to an infinity, and F32 to the bits that it has", () => {
  expect([narrowOne("F16", 65_519), narrowOne("F16", 65_520), narrowOne("F16", -1e30)]).toEqual([
    0x7bff, 0x7c00, 0xfc00,
  ]);
  expect([narrowOne("BF16", 3.38e38), narrowOne("BF16", 3.4e38)]).toEqual([0x7f7e, 0x7f80]);
  const values = Float32Array.of(1, 2, -0);
  expect(new Float32Array(narrowFloats("F32", values.subarray(1)).slice().buffer)).toEqual(Float32Array.of(2, -0));
});
