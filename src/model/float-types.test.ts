import { expect, it } from "vitest";
import { widenFloats } from "./float-types.ts";

it("widens every F16 by its definition", () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const widened = widenFloats("F16", new Uint8Array(halves.buffer));
  for (const bits of halves) {
    const sign = bits >= 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    // (-1)^s 2^(e - 15) (1 + f / 1024); subnormal where e = 0; infinite or NaN where e = 31.
    const normal = exponent === 0 ? 2 ** -14 * (fraction / 1024) : 2 ** (exponent - 15) * (1 + fraction / 1024);
    const expected = exponent === 31 ? (fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN) : sign * normal;
    if (!Object.is(widened[bits], expected)) expect(widened[bits]).toBe(expected);
  }
});

it("widens BF16 by appending zeros and leaves the bits of F32 alone", () => {
  // 0x4049 is the upper half of pi, 0x40490fdb.
  expect(widenFloats("BF16", Uint8Array.of(0x49, 0x40))).toEqual(Float32Array.of(3.140625));
  const signalling = Uint8Array.of(1, 0, 0xa0, 0x7f);
  expect(new Uint8Array(widenFloats("F32", signalling).buffer)).toEqual(signalling);
});
