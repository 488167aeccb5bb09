/** The smallest module with an instruction of 128-bit SIMD: a function that splats a zero and returns a lane. */
const SIMD_MODULE = Uint8Array.from(
  "0061736d01000000 010501600001 7b 03020100 0a0a010800 4100fd0ffd620b".replaceAll(" ", "").match(/../g)!,
  (byte) => parseInt(byte, 16),
);

/** What a tab lacks that training needs. */
export type TabLack = "workers" | "simd";

/** @returns null where nothing is lacking */
export function tabLack(): TabLack | null {
  if (typeof Worker === "undefined") return "workers";
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(SIMD_MODULE)) return "simd";
  return null;
}
