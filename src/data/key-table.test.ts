import fc from "fast-check";
import { expect, test } from "vitest";
import { KeyTable } from "./key-table.ts";

test("gives each key one number, in the order of their coming, as a Map does", () => {
  // Few halves, so that keys come again and slots collide.
  const half = fc.oneof(fc.nat(3), fc.constantFrom(2 ** 32 - 1, 2 ** 31, 2048, 4096));
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half), { maxLength: 200 }), (keys) => {
      const table = new KeyTable();
      const known = new Map<string, number>();
      for (const [high, low] of keys) {
        const text = `${high} ${low}`;
        expect(table.add(high, low)).toBe(known.get(text) ?? -1);
        if (!known.has(text)) known.set(text, known.size);
        expect(table.size).toBe(known.size);
      }
    }),
  );
});

test("grows", () => {
  const table = new KeyTable();
  for (let i = 0; i < 5000; i++) expect(table.add(i, 7)).toBe(-1);
  for (let i = 0; i < 5000; i++) expect(table.add(i, 7)).toBe(i);
  expect(table.hex(4097)).toBe("0000100100000007");
});
