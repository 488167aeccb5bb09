import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CheckpointError } from "../errors.ts";
import { readSafetensors, safetensorsChunks, writeSafetensors, type NamedTensor } from "./safetensors.ts";

const encoder = new TextEncoder();

/** A file with any header text, and with any length field. */
function fileOf(header: string, dataBytes: number, claimed?: bigint): Uint8Array {
  const text = encoder.encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function messageOf(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes, "weights");
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as Error).message;
  }
  return "accepted";
}

const entry = (fields: object): string =>
  JSON.stringify({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...fields } });

describe("writeSafetensors", () => {
  it("writes the bytes of the format", () => {
    const bytes = writeSafetensors([{ name: "w", shape: [1, 2], data: Float32Array.of(1, -2) }]);
    const header = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    // 87 characters, padded to 88; 1 is 3f800000 and -2 is c0000000, little-endian.
    expect(header.length).toBe(87);
    expect(bytes).toEqual(
      Uint8Array.of(88, 0, 0, 0, 0, 0, 0, 0, ...encoder.encode(`${header} `), 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0),
    );
  });

  it("doesn't depend on the order of tensors or metadata", () => {
    const a = { name: "a", shape: [1], data: Float32Array.of(1) };
    const b = { name: "7", shape: [1], data: Float32Array.of(2) };
    expect(writeSafetensors([a, b], { x: "1", y: "2" })).toEqual(writeSafetensors([b, a], { y: "2", x: "1" }));
  });

  it("refuses repeated names and data that doesn't fill its shape", () => {
    const tensor = { name: "w", shape: [3], data: new Float32Array(3) };
    expect(() => writeSafetensors([tensor, tensor])).toThrow(/a name of its own, got w again/);
    expect(() => writeSafetensors([{ ...tensor, shape: [2, 2] }])).toThrow(/4 elements for its shape \[2, 2\], got 3/);
  });

  it("makes the data of one tensor at a time", () => {
    let made = 0;
    const data = (): Float32Array => Float32Array.of(++made);
    const chunks = safetensorsChunks([
      { name: "a", shape: [1], data },
      { name: "b", shape: [1], data },
    ]);
    chunks.next();
    chunks.next();
    expect(made).toBe(1);
  });
});

describe("readSafetensors", () => {
  const names = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("__proto__", "constructor", "toString", "0", "10", "9"),
  );
  const tensors = fc.uniqueArray(
    fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const bits = fc
        .array(fc.integer(), { minLength: size, maxLength: size })
        .map((words) => new Float32Array(Int32Array.from(words).buffer));
      return fc.record({ name: names, shape: fc.constant(shape), data: bits });
    }),
    { selector: (tensor) => tensor.name, maxLength: 6 },
  );
  const bitsOf = ({ name, shape, data }: NamedTensor): unknown => ({
    name,
    shape,
    bits: new Uint32Array(data.buffer, data.byteOffset, data.length),
  });

  it("returns what was written, bit for bit", () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(names, fc.string()), (written, metadata) => {
        const content = readSafetensors(writeSafetensors(written, metadata), "weights");
        expect(new Map([...content.tensors].map(([name, tensor]) => [name, bitsOf(tensor)]))).toEqual(
          new Map(written.map((tensor) => [tensor.name, bitsOf(tensor)])),
        );
        expect(content.metadata).toEqual(new Map([["format", "pt"], ...Object.entries(metadata)]));
      }),
    );
  });

  it("widens F16 and BF16", () => {
    // 1.5 and -2: 3e00, c000 as F16; 3fc0, c000 as BF16.
    for (const [dtype, low, high] of [
      ["F16", 0x00, 0x3e],
      ["BF16", 0xc0, 0x3f],
    ] as const) {
      const bytes = fileOf(entry({ dtype, data_offsets: [0, 4] }), 4);
      bytes.set([low, high, 0x00, 0xc0], bytes.length - 4);
      expect(readSafetensors(bytes, "weights").tensors.get("w")!.data).toEqual(Float32Array.of(1.5, -2));
    }
  });

  it.each([
    ["an empty file", new Uint8Array(0), /begin with an 8-byte length, got a file of 0 bytes/],
    ["a length beyond the file", fileOf("{}", 0, 3n), /header of weights to fit its 10 bytes, got a length of 3/],
    ["a length beyond all files", fileOf("{}", 0, 2n ** 64n - 1n), /got a length of 18446744073709551615/],
    ["a header that isn't JSON", fileOf("{]", 0), /to hold JSON in UTF-8/],
    ["a header that isn't UTF-8", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /to hold JSON in UTF-8/],
    ["a header that isn't an object", fileOf("[1]", 0), /to be a JSON object, got \[1\]/],
    [
      "metadata that isn't text",
      fileOf('{"__metadata__":{"a":1}}', 0),
      /metadata "a" in weights to be a string, got 1/,
    ],
    [
      "another type",
      fileOf(entry({ dtype: "F64" }), 8),
      /"w" in weights to have type F32, F16 or BF16, got "F64"; convert it/,
    ],
    [
      "an inherited type",
      fileOf('{"w":{"__proto__":{"dtype":"F32"},"shape":[2],"data_offsets":[0,8]}}', 8),
      /type F32, F16 or BF16, got undefined/,
    ],
    ["a negative length", fileOf(entry({ shape: [-2] }), 8), /a shape of at most 8 lengths, got \[-2\]/],
    ["a fractional length", fileOf(entry({ shape: [0.5, 4] }), 8), /a shape of at most 8 lengths/],
    [
      "a shape larger than the file",
      fileOf(entry({ shape: [2 ** 40, 2 ** 40] }), 8),
      /a shape that fits the file's 8 bytes/,
    ],
    ["a shape beyond all numbers", fileOf(entry({ shape: Array(8).fill(2 ** 52) }), 8), /a shape that fits/],
    ["a shape of other size than its bytes", fileOf(entry({ shape: [1] }), 8), /4 bytes by its shape, got 8/],
    [
      "offsets beyond the file",
      fileOf(entry({ data_offsets: [4, 12] }), 8),
      /two offsets in order, from 0 to 8, got \[4,12\]/,
    ],
    ["offsets in the wrong order", fileOf(entry({ data_offsets: [8, 0] }), 8), /two offsets in order/],
    ["a gap", fileOf(entry({ data_offsets: [4, 12] }), 12), /"w" leaves a gap before it/],
    ["data without a tensor", fileOf(entry({}), 9), /to end after its last tensor at byte .*, got/],
    [
      "an overlap",
      fileOf(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        8,
      ),
      /"b" overlaps/,
    ],
    [
      "a deep header",
      fileOf(`{"w":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 0),
      /at most 64 levels and 1048576 objects, got 100001 and 100001/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(messageOf(bytes)).toMatch(message);
  });
});
