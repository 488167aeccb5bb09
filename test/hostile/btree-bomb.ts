import { readFileSync, writeFileSync } from "node:fs";

const PAGE = 4096;
/** Deep enough that a walk visits more leaves than there is time for; SQLite takes 20 levels. */
const LEVELS = 14;
const CHILDREN = 8;

/**
 * Makes a b-tree whose interior pages name one child many times: a few kilobytes of file, 8^13 leaves for whoever
 * walks it. Every page is valid by itself.
 *
 * @param root the page of the tree's root, which must be a leaf
 */
export function bombTree(path: string, root: number): void {
  const file = new PagedFile(path);
  const at = (root - 1) * PAGE + (root === 1 ? 100 : 0);
  const isTable = file.bytes[at] === 0x0d;
  const leaf = file.add(pageWithoutFileHeader(file.page(root), root === 1));
  let child = leaf;
  for (let level = 1; level < LEVELS; level++)
    child = file.add(interior(isTable, child, cellOf(file.page(leaf), isTable)));
  const top = interior(isTable, child, cellOf(file.page(leaf), isTable));
  if (root === 1) top.copy(file.bytes, 100, 0, 12 + 2 * CHILDREN);
  // Cells of page 1 stand where they stood: offsets count from the page's begin.
  if (root === 1) top.copy(file.bytes, PAGE - 1024, PAGE - 1024);
  else top.copy(file.bytes, at);
  file.save();
}

/** Gives a table's first row an overflow chain that comes back to itself, and a length as the caller likes. */
export function loopOverflow(path: string, firstOverflowPage: number): void {
  const file = new PagedFile(path);
  file.bytes.writeUInt32BE(firstOverflowPage, (firstOverflowPage - 1) * PAGE);
  file.save();
}

class PagedFile {
  bytes: Buffer;

  constructor(private readonly path: string) {
    this.bytes = readFileSync(path);
  }

  page(number: number): Buffer {
    return Buffer.from(this.bytes.subarray((number - 1) * PAGE, number * PAGE));
  }

  /** @returns the new page's number */
  add(page: Buffer): number {
    this.bytes = Buffer.concat([this.bytes, page]);
    this.bytes.writeUInt32BE(this.bytes.length / PAGE, 28);
    return this.bytes.length / PAGE;
  }

  save(): void {
    writeFileSync(this.path, this.bytes);
  }
}

/** A leaf of page 1 begins behind the header of the file; elsewhere it begins at once. */
function pageWithoutFileHeader(page: Buffer, isFirst: boolean): Buffer {
  if (!isFirst) return page;
  const moved = Buffer.from(page);
  page.copy(moved, 0, 100, 100 + 8 + 2 * page.readUInt16BE(103));
  return moved;
}

/** The last cell of a leaf, as an interior page of its kind keeps it behind the child's number. */
function cellOf(leaf: Buffer, isTable: boolean): Buffer {
  if (isTable) return Buffer.from([0x7f]);
  const cells = leaf.readUInt16BE(3);
  const at = leaf.readUInt16BE(8 + 2 * (cells - 1));
  const [length, size] = varint(leaf, at);
  return leaf.subarray(at, at + size + length);
}

function varint(bytes: Buffer, at: number): [value: number, size: number] {
  let value = 0;
  for (let size = 1; size < 9; size++) {
    const byte = bytes[at + size - 1]!;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, size];
  }
  throw new Error("a varint of nine bytes is none of ours");
}

function interior(isTable: boolean, child: number, cell: Buffer): Buffer {
  const page = Buffer.alloc(PAGE);
  page[0] = isTable ? 0x05 : 0x02;
  page.writeUInt16BE(CHILDREN, 3);
  page.writeUInt32BE(child, 8);
  let end = PAGE;
  for (let i = 0; i < CHILDREN; i++) {
    end -= 4 + cell.length;
    page.writeUInt32BE(child, end);
    cell.copy(page, end + 4);
    page.writeUInt16BE(end, 12 + 2 * i);
  }
  page.writeUInt16BE(end, 5);
  return page;
}
