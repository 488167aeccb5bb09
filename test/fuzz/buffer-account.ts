let asked = 0;
/** A buffer that is only asked for, and never written to, costs no resident memory: so requests are counted. */
const BUFFERS = [
  "ArrayBuffer",
  "SharedArrayBuffer",
  "Uint8Array",
  "Uint16Array",
  "Uint32Array",
  "Int32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

/** From here on, `bufferBytes` counts what is asked of buffers in this process by their constructors. */
export function countBuffers(): void {
  for (const name of BUFFERS) {
    const original = globalThis[name] as unknown as new (...given: unknown[]) => { readonly byteLength: number };
    const counting = new Proxy(original, {
      construct(target, given: unknown[], newTarget) {
        const [first] = given;
        const length = Array.isArray(first) ? first.length : 0;
        const size = typeof first === "number" ? first : length;
        asked += size * ("BYTES_PER_ELEMENT" in target ? Number(target.BYTES_PER_ELEMENT) : 1);
        return Reflect.construct(target, given, newTarget) as object;
      },
    });
    Object.defineProperty(globalThis, name, { value: counting, writable: true, configurable: true });
  }
}

/** Bytes that were asked for since `countBuffers`. */
export function bufferBytes(): number {
  return asked;
}
