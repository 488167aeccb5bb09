/** A value of a GGUF file's metadata as bytes, with its type's number in the file. */
export interface GgufValue {
  readonly type: number;
  readonly bytes: Uint8Array;
}

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Numbers of types in a file. */
const TYPES = { uint32: 4, int32: 5, float32: 6, boolean: 7, text: 8, array: 9, float64: 12 } as const;

export const uint32 = (value: number): GgufValue => ({
  type: TYPES.uint32,
  bytes: bytesOf(4, (view) => view.setUint32(0, value, true)),
});
export const float32 = (value: number): GgufValue => ({
  type: TYPES.float32,
  bytes: bytesOf(4, (view) => view.setFloat32(0, value, true)),
});
export const float64 = (value: number): GgufValue => ({
  type: TYPES.float64,
  bytes: bytesOf(8, (view) => view.setFloat64(0, value, true)),
});
export const flag = (value: boolean): GgufValue => ({ type: TYPES.boolean, bytes: Uint8Array.of(value ? 1 : 0) });
export const textValue = (value: string): GgufValue => ({ type: TYPES.text, bytes: textBytes(value) });
export const texts = (values: readonly string[]): GgufValue => array(TYPES.text, values.map(textBytes));
export const int32s = (values: readonly number[]): GgufValue =>
  array(
    TYPES.int32,
    values.map((value) => bytesOf(4, (view) => view.setInt32(0, value, true))),
  );
export const float32s = (values: readonly number[]): GgufValue =>
  array(
    TYPES.float32,
    values.map((value) => float32(value).bytes),
  );

/** UTF-8 with its length before it. */
export function textBytes(value: string): Uint8Array {
  const letters = new TextEncoder().encode(value);
  return Buffer.concat([uint64Bytes(letters.length), letters]);
}

export function uint64Bytes(value: number): Uint8Array {
  return bytesOf(8, (view) => view.setBigUint64(0, BigInt(value), true));
}

function array(type: number, elements: readonly Uint8Array[]): GgufValue {
  return { type: TYPES.array, bytes: Buffer.concat([uint32(type).bytes, uint64Bytes(elements.length), ...elements]) };
}

function bytesOf(length: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return bytes;
}
