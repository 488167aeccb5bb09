import type { Engine, ModelSpec, Program, ProgramOptions } from "../../engine/index.ts";

/** Programs of one engine by name, compiled when they are first asked for. */
export class ProgramCache {
  private readonly programs = new Map<string, Promise<Program>>();

  constructor(
    private readonly engine: Engine,
    private readonly options: ProgramOptions,
  ) {}

  get(name: string, build: () => ModelSpec): Promise<Program> {
    let program = this.programs.get(name);
    if (program === undefined) this.programs.set(name, (program = this.engine.compile(build(), this.options)));
    return program;
  }

  /** Gives all memory back; what is asked for again is compiled again. */
  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await (await program).dispose();
    this.programs.clear();
  }
}
