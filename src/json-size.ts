const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d];

/**
 * How deep a JSON text nests and how many lists and objects it holds, which is asked before it is parsed: `[[[[` costs
 * fifty times its size in memory. Brackets outside of texts are counted, which is exact for what is JSON.
 *
 * @param bytes in UTF-8
 */
export function jsonSize(bytes: Uint8Array): { readonly depth: number; readonly containers: number } {
  let [deepest, depth, containers] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      containers++;
      deepest = Math.max(deepest, ++depth);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return { depth: deepest, containers };
}
