import { endProcess, readFrame, writeFrame } from "./frames.ts";
import { MOST_OUTPUT } from "./limits.ts";
import type { Interpreter, ChildRequest, OpenInterpreter } from "./interpreter.ts";
import { ImportGate } from "./import-gate.ts";
import { boundFiles, SavedFiles, type EmscriptenFiles } from "./memory-files.ts";
import { PYTHON_SOURCE } from "./python-source.ts";

/** What is used of pyodide, underscored and undocumented parts among it: its version is pinned. */
interface Pyodide {
  readonly FS: EmscriptenFiles;
  readonly _module: PyodideModule;
  runPython(source: string): unknown;
  makeMemorySnapshot(): Uint8Array;
  setStdin(options: object): void;
  setStdout(options: object): void;
  setStderr(options: object): void;
}

interface PyodideModule {
  readonly HEAPU8: Uint8Array;
  _PyRun_SimpleString(source: number): number;
  _sbrk(bytes: number): number;
  _emscripten_stack_get_current(): number;
  _emscripten_stack_get_end(): number;
  stringToNewUTF8(text: string): number;
}

type LoadPyodide = (options: object) => Promise<Pyodide>;

/** Bytes that the WebAssembly memory may have grown by before the process is replaced. */
const MOST_GROWTH = 24_000_000;

/**
 * Python in this process.
 *
 * @param module the address of pyodide's own module
 * @param snapshot what another process's `takeSnapshot` gave: it starts in a tenth of the time
 */
export async function openPython(module: string, snapshot: Uint8Array | undefined): Promise<OpenInterpreter> {
  const opened: { engine?: PythonInterpreter } = {};
  const gate = new ImportGate({
    onShut: (name) => endWith(opened.engine, { escape: name }),
    onEnd: (code) => opened.engine!.endedItself(code),
  });
  gate.install();
  const { loadPyodide } = (await import(module)) as { readonly loadPyodide: LoadPyodide };
  const pyodide = await loadPyodide(snapshot === undefined ? { _makeSnapshot: true } : { _loadSnapshot: snapshot });
  let taken: Uint8Array | undefined;
  if (snapshot === undefined) {
    pyodide.runPython(
      `import sys, types\n_m = types.ModuleType("_aha")\nsys.modules["_aha"] = _m\nexec(compile(${JSON.stringify(PYTHON_SOURCE)}, "<aha>", "exec"), _m.__dict__)\ndel _m\nimport gc\ngc.collect()`,
    );
    taken = pyodide.makeMemorySnapshot();
  }
  const engine = new PythonInterpreter(pyodide);
  opened.engine = engine;
  gate.shut();
  return { engine, snapshot: taken };
}

function endWith(engine: PythonInterpreter | undefined, what: object): never {
  writeFrame({ id: engine?.requestId, ...what });
  return endProcess(0);
}

class PythonInterpreter implements Interpreter {
  requestId = "";
  private readonly files: SavedFiles;
  private readonly bound: { readonly reset: () => void };
  private readonly command: number;
  private readonly stackLow: number;
  private readonly stackTop: number;
  private readonly end: number;
  private readonly length: number;
  private readonly low: Uint8Array;
  private readonly high: Uint8Array;
  private request: ChildRequest | undefined;
  /** What Python has yet to read of the device. */
  private toRead: Uint8Array = new Uint8Array();
  private written: Buffer[] = [];
  private lines: string[] = [];
  private stdin: Uint8Array = new Uint8Array();
  private output: Buffer[] = [];
  private outputBytes = 0;

  constructor(private readonly pyodide: Pyodide) {
    const { FS, _module: module } = pyodide;
    const device = FS.makedev(77, 0);
    FS.registerDevice(device, {
      open() {},
      close() {},
      read: (_stream: unknown, into: Uint8Array, offset: number, length: number) => this.read(into, offset, length),
      write: (_stream: unknown, from: Uint8Array, offset: number, length: number) => this.write(from, offset, length),
    });
    FS.mkdev("/dev/aha", 0o666, device);
    pyodide.setStdin({ read: (into: Uint8Array) => this.readStdin(into), isatty: false });
    pyodide.setStdout({ write: (bytes: Uint8Array) => this.writeStdout(bytes), isatty: false });
    pyodide.setStderr({ write: (bytes: Uint8Array) => bytes.length, isatty: false });
    this.bound = boundFiles(FS);
    this.command = module.stringToNewUTF8("import _aha\n_aha.run()\n");
    // The first run fills caches; what it leaves is part of what is restored.
    this.begin({ id: "", op: "none" });
    module._PyRun_SimpleString(this.command);
    this.stackLow = module._emscripten_stack_get_end();
    this.stackTop = module._emscripten_stack_get_current();
    this.end = module._sbrk(0);
    this.length = module.HEAPU8.length;
    this.low = module.HEAPU8.slice(0, this.stackLow);
    this.high = module.HEAPU8.slice(this.stackTop, this.end);
    this.files = new SavedFiles(FS);
    this.restore();
  }

  run(request: ChildRequest): void {
    this.begin(request);
    const failed = this.pyodide._module._PyRun_SimpleString(this.command) !== 0;
    writeFrame({ id: request.id, ...this.reply(failed) });
  }

  /** Brings memory and files back; ends the process where it has grown too much for that. */
  restore(): void {
    const { _module: module } = this.pyodide;
    const heap = module.HEAPU8;
    if (heap.length > this.length + MOST_GROWTH) endProcess(0);
    const used = module._sbrk(0);
    heap.set(this.low, 0);
    heap.set(this.high, this.stackTop);
    if (used > this.end) heap.fill(0, this.end, used);
    this.files.restore();
    this.bound.reset();
  }

  /** The program ended the process in which it stands. */
  endedItself(code: number): never {
    const done = this.request?.op === "stdio" && code === 0;
    return endWith(
      this,
      done ? { ...this.outputText(), last: true } : { bad: `ended itself with the exit code ${code}`, last: true },
    );
  }

  private begin(request: ChildRequest): void {
    this.request = request;
    this.requestId = request.id;
    const { id: _id, stdin, ...forPython } = request;
    const isStdio = request.op === "stdio";
    this.toRead = Buffer.from(
      `${JSON.stringify(isStdio || stdin === undefined ? forPython : { ...forPython, stdin })}\n`,
    );
    this.stdin = isStdio ? Buffer.from(stdin ?? "") : Buffer.alloc(0);
    this.written = [];
    this.lines = [];
    this.output = [];
    this.outputBytes = 0;
  }

  private reply(failed: boolean): object {
    const [line, ...others] = this.lines;
    if (failed || line === undefined || others.length > 0) return { bad: "broke the interpreter that it ran in" };
    if (this.request?.op === "stdio") {
      const said = JSON.parse(line) as { readonly done?: boolean };
      return said.done === true ? this.outputText() : said;
    }
    return JSON.parse(line) as object;
  }

  private outputText(): object {
    const bytes = Buffer.concat(this.output);
    try {
      return { out: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
    } catch {
      return { bad: "wrote bytes that are no text" };
    }
  }

  private read(into: Uint8Array, offset: number, length: number): number {
    if (this.toRead.length === 0 && this.request?.op === "check") {
      const { reply } = JSON.parse(readFrame().toString()) as { readonly reply: object };
      this.toRead = Buffer.from(`${JSON.stringify(reply)}\n`);
    }
    const piece = this.toRead.subarray(0, length);
    into.set(piece, offset);
    this.toRead = this.toRead.subarray(piece.length);
    return piece.length;
  }

  private write(from: Uint8Array, offset: number, length: number): number {
    const piece = Buffer.from(from.subarray(offset, offset + length));
    this.written.push(piece);
    if (!piece.includes(10)) return length;
    const lines = Buffer.concat(this.written).toString().split("\n");
    this.written = [Buffer.from(lines.pop()!)];
    for (const line of lines) this.take(line);
    return length;
  }

  private take(line: string): void {
    if (this.request?.op === "check" && line.startsWith('{"call"'))
      return writeFrame({ id: this.requestId, ...(JSON.parse(line) as object) });
    this.lines.push(line);
  }

  private readStdin(into: Uint8Array): number {
    const piece = this.stdin.subarray(0, into.length);
    into.set(piece);
    this.stdin = this.stdin.subarray(piece.length);
    return piece.length;
  }

  private writeStdout(bytes: Uint8Array): number {
    this.outputBytes += bytes.length;
    if (this.outputBytes > MOST_OUTPUT) endWith(this, { bad: "wrote more than 4 million bytes", last: true });
    if (this.request?.op === "stdio") this.output.push(Buffer.from(bytes));
    return bytes.length;
  }
}
