/**
 * What Python's WebAssembly module may ask of JavaScript while a program runs: files in memory, clocks, its own end.
 * All else of its 268 imports (JavaScript objects, programs, sockets, libraries) leads to the host, and is shut.
 */
const OPEN: ReadonlySet<string> = new Set([
  "fd_close",
  "fd_read",
  "fd_write",
  "fd_seek",
  "fd_sync",
  "fd_pread",
  "fd_pwrite",
  "fd_fdstat_get",
  "environ_get",
  "environ_sizes_get",
  "random_get",
  "clock_res_get",
  "clock_time_get",
  "__syscall_getuid32_js",
  "__syscall_ioctl",
  "__syscall_fcntl64",
  "__syscall_openat",
  "__syscall_faccessat",
  "__syscall_chdir",
  "__syscall_chmod",
  "__syscall_fchownat",
  "__syscall_dup",
  "__syscall_dup3",
  "__syscall_fchdir",
  "__syscall_fchmod",
  "__syscall_fchmodat2",
  "__syscall_fchown32",
  "__syscall_fdatasync",
  "__syscall_fstat64",
  "__syscall_stat64",
  "__syscall_newfstatat",
  "__syscall_lstat64",
  "__syscall_ftruncate64",
  "__syscall_getcwd",
  "__syscall_getdents64",
  "__syscall_mkdirat",
  "__syscall_poll",
  "__syscall_fadvise64",
  "__syscall_fallocate",
  "__syscall_readlinkat",
  "__syscall_unlinkat",
  "__syscall_rmdir",
  "__syscall_renameat",
  "__syscall_statfs64",
  "__syscall_fstatfs64",
  "__syscall_symlinkat",
  "__syscall_truncate64",
  "__syscall_utimensat",
  "_tzset_js",
  "_timegm_js",
  "_mktime_js",
  "_localtime_js",
  "_gmtime_js",
  "emscripten_date_now",
  "emscripten_get_now",
  "_emscripten_get_progname",
  "_munmap_js",
  "_msync_js",
  "_mmap_js",
  "emscripten_get_heap_max",
  "emscripten_resize_heap",
  "_Py_CheckEmscriptenSignals_Helper",
  "_PyEM_TrampolineCall_JS",
  "_Py_emscripten_runtime",
  "emscripten_runtime_keepalive_push",
  "emscripten_runtime_keepalive_pop",
]);

/** Imports by which a program ends by itself. */
const ENDS: ReadonlySet<string> = new Set(["proc_exit", "exit", "_abort_js", "__assert_fail"]);

/** "Function not implemented", as WASI numbers it. */
const NOT_IMPLEMENTED = -52;

/**
 * What is answered in the place of JavaScript. No promise can be waited for, so that `time.sleep` waits by itself. The
 * process's umask and the names of pipes would outlive what is restored: an answer could count its calls by them.
 */
const ANSWERED: Readonly<Record<string, number>> = {
  can_run_sync_js: 0,
  __syscall_umask_js: 0o022,
  __syscall_pipe: NOT_IMPLEMENTED,
};

type ImportFunction = (...parameters: unknown[]) => unknown;

export interface GateEvents {
  /** Takes the name of what was asked for; never returns. */
  readonly onShut: (name: string) => never;
  /** Takes the exit code; never returns. */
  readonly onEnd: (code: number) => never;
}

/** Stands between a WebAssembly module and what it imports: open until it is shut, once, for good. */
export class ImportGate {
  private isShut = false;

  constructor(private readonly events: GateEvents) {}

  shut(): void {
    this.isShut = true;
  }

  /** Replaces WebAssembly.instantiate by one whose imports pass here. */
  install(): void {
    const { instantiate } = WebAssembly;
    const guarded = async (source: Uint8Array, imports: WebAssembly.Imports): Promise<object> => {
      const module = await WebAssembly.compile(source);
      for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
        if (kind === "function") this.guard(imports[space] as Record<string, ImportFunction>, name);
      }
      return { module, instance: await instantiate(module, imports) };
    };
    WebAssembly.instantiate = guarded as unknown as typeof instantiate;
  }

  private guard(space: Record<string, ImportFunction>, name: string): void {
    const original = space[name];
    if (original === undefined || OPEN.has(name)) return;
    const ends = ENDS.has(name);
    space[name] = (...parameters) => {
      if (!this.isShut) return original(...parameters);
      if (name in ANSWERED) return ANSWERED[name];
      if (ends) return this.events.onEnd(name === "proc_exit" || name === "exit" ? Number(parameters[0]) : 134);
      return this.events.onShut(name);
    };
  }
}
