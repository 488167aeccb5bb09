const MAGIC = 0xba55ed50;
const HEADER = 16;

/**
 * Empties the machine code for all other GPUs in a library that holds CUDA code, so that it packs small; the library
 * keeps its length and its headers, and a GPU of the kept architecture finds its own code as before.
 *
 * A fat binary is (NVIDIA's fatbinary_section.h) magic, version and header length (16 bits each), length (64), then
 * entries: kind (16 bits), a field (16), header length (32), length (64), ..., architecture (32, at 28).
 *
 * @param architecture such as 90 for Hopper
 * @returns bytes that were kept and emptied @throws where an entry isn't as expected, or none is of the architecture
 */
export function keepArchitecture(library: Buffer, architecture: number): { kept: number; emptied: number } {
  let [kept, emptied] = [0, 0];
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(MAGIC);
  for (let at = library.indexOf(magic); at >= 0; at = library.indexOf(magic, at + 4)) {
    if (library.readUInt16LE(at + 6) !== HEADER) throw new Error(`Expected a fat binary at ${at}, got something else.`);
    const end = at + HEADER + Number(library.readBigUInt64LE(at + 8));
    for (let entry = at + HEADER; entry < end;) {
      const from = entry + library.readUInt32LE(entry + 4);
      const to = from + Number(library.readBigUInt64LE(entry + 8));
      if (from < entry + 32 || to <= from || to > end)
        throw new Error(`Expected an entry of a fat binary at ${entry}, got something else.`);
      if (library.readUInt32LE(entry + 28) === architecture) kept += to - from;
      else {
        library.fill(0, from, to);
        emptied += to - from;
      }
      entry = to;
    }
  }
  if (kept === 0) throw new Error(`Expected code for the architecture ${architecture}, got none.`);
  return { kept, emptied };
}
