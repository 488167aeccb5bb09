import type { Engine, ModelSpec, Program, ProgramOptions } from "../../engine/index.ts";

/** Programs of one engine by name, compiled when they are first asked for. One thread asks, and for one at a time. */
export class ProgramCache {
  private readonly programs = new Map<string, Promise<Program>>();

  constructor(
    private readonly engine: Engine,
    private readonly options: ProgramOptions,
    /** Most that are kept; the one that was asked for longest ago goes first. */
    private readonly most: number = Number.POSITIVE_INFINITY,
  ) {}

  get(name: string, build: () => ModelSpec): Promise<Program> {
    const known = this.programs.get(name);
    // The newest is last.
    this.programs.delete(name);
    const program = known ?? this.compile(this.takeSurplus(), build);
    this.programs.set(name, program);
    return program;
  }

  /** Those that have to go before another comes, which are kept no more. */
  private takeSurplus(): Promise<Program>[] {
    const surplus = [...this.programs].slice(0, Math.max(0, this.programs.size + 1 - this.most));
    for (const [name] of surplus) this.programs.delete(name);
    return surplus.map(([, program]) => program);
  }

  private async compile(surplus: readonly Promise<Program>[], build: () => ModelSpec): Promise<Program> {
    for (const program of surplus) {
      // That one couldn't be compiled is told to whoever asked for it.
      await program.then(
        (made) => made.dispose(),
        () => undefined,
      );
    }
    return this.engine.compile(build(), this.options);
  }
}
