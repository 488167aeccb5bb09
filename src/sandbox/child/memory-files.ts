/** The parts of Emscripten's file system in memory that are saved and restored. */
export interface EmscriptenNode {
  name: string;
  mode: number;
  parent: EmscriptenNode;
  name_next: EmscriptenNode | undefined;
  contents: Uint8Array | Record<string, EmscriptenNode> | undefined;
  usedBytes: number;
  link: string;
  mounted: unknown;
  rdev: number;
  atime: number;
  mtime: number;
  ctime: number;
}

interface EmscriptenStream {
  shared: object;
}

export interface EmscriptenFiles {
  root: EmscriptenNode;
  nameTable: (EmscriptenNode | undefined)[];
  streams: (EmscriptenStream | null | undefined)[];
  currentPath: string;
  nextInode: number;
  mounts: unknown[];
  readonly ErrnoError: new (code: number) => Error;
  readonly filesystems: { readonly MEMFS: MemoryFileSystem };
  isDir(mode: number): boolean;
  makedev(major: number, minor: number): number;
  registerDevice(device: number, operations: object): void;
  mkdev(path: string, mode: number, device: number): unknown;
}

type WriteParameters = [
  stream: { node: EmscriptenNode },
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
];

interface MemoryFileSystem {
  /** The functions of all files. */
  readonly ops_table: { readonly file: { readonly stream: { write(...parameters: WriteParameters): number } } };
  resizeFileStorage(node: EmscriptenNode, size: number): void;
}

/** "No space left on device" as WASI numbers it. */
const NO_SPACE = 51;
/** Bytes that a program's files may take in all, each time that one grows. */
const MOST_FILE_BYTES = 64_000_000;

interface SavedNode {
  readonly node: EmscriptenNode;
  readonly fields: Omit<EmscriptenNode, "contents">;
  /** A folder's entries. */
  readonly entries?: Readonly<Record<string, EmscriptenNode>>;
  /** A copy of a file's bytes. */
  readonly bytes?: Uint8Array;
}

interface SavedStream {
  readonly stream: EmscriptenStream;
  readonly place: number;
  readonly own: object;
  /** Flags and position, which copies of a stream have in common. */
  readonly shared: object;
}

/** A copy of all files, folders and open streams, to which they can be brought back. */
export class SavedFiles {
  private readonly nodes: SavedNode[] = [];
  private readonly nameTable: (EmscriptenNode | undefined)[];
  private readonly streams: readonly SavedStream[];
  private readonly currentPath: string;
  private readonly nextInode: number;
  private readonly mounts: unknown[];

  constructor(private readonly files: EmscriptenFiles) {
    this.nameTable = [...files.nameTable];
    for (const bucket of files.nameTable) {
      for (let node = bucket; node !== undefined; node = node.name_next) this.nodes.push(this.saved(node));
    }
    if (!this.nodes.some(({ node }) => node === files.root)) this.nodes.push(this.saved(files.root));
    this.streams = files.streams.flatMap((stream, place) =>
      stream === null || stream === undefined
        ? []
        : [{ stream, place, own: { ...stream }, shared: { ...stream.shared } }],
    );
    this.currentPath = files.currentPath;
    this.nextInode = files.nextInode;
    this.mounts = [...files.mounts];
  }

  restore(): void {
    const { files } = this;
    files.nameTable = [...this.nameTable];
    for (const { node, fields, entries, bytes } of this.nodes) {
      Object.assign(node, fields);
      if (entries !== undefined) node.contents = { ...entries };
      else if (bytes !== undefined && !sameBytes(node.contents as Uint8Array, bytes)) node.contents = bytes.slice();
    }
    files.streams.length = 0;
    for (const { stream, place, own, shared } of this.streams) {
      // A stream that was closed has lost its number.
      files.streams[place] = Object.assign(stream, own);
      Object.assign(stream.shared, shared);
    }
    files.currentPath = this.currentPath;
    files.nextInode = this.nextInode;
    files.mounts = [...this.mounts];
  }

  private saved(node: EmscriptenNode): SavedNode {
    const { contents, ...fields } = node;
    if (contents instanceof Uint8Array) return { node, fields, bytes: contents.slice() };
    return typeof contents === "object" && this.files.isDir(node.mode)
      ? { node, fields, entries: { ...contents } }
      : { node, fields };
  }
}

function sameBytes(found: Uint8Array | undefined, kept: Uint8Array): boolean {
  return found?.length === kept.length && Buffer.compare(found, kept) === 0;
}

/** Lets files grow up to a bound: they lie outside the WebAssembly memory, which has one of its own. */
export function boundFiles({ filesystems, ErrnoError }: EmscriptenFiles): { readonly reset: () => void } {
  const { MEMFS } = filesystems;
  let grown = 0;
  const grow = (bytes: number): void => {
    if (grown + bytes > MOST_FILE_BYTES) throw new ErrnoError(NO_SPACE);
    grown += Math.max(0, bytes);
  };
  const { stream } = MEMFS.ops_table.file;
  const { write } = stream;
  stream.write = (...parameters) => {
    const [{ node }, , , length, position] = parameters;
    grow(position + length - node.usedBytes);
    return write(...parameters);
  };
  const resize = MEMFS.resizeFileStorage.bind(MEMFS);
  MEMFS.resizeFileStorage = (node, size) => {
    grow(size - node.usedBytes);
    resize(node, size);
  };
  return {
    reset() {
      grown = 0;
    },
  };
}
