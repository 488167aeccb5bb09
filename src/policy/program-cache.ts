import type { Engine, ModelSpec, Program, ProgramOptions } from "../engine/index.ts";
import { Kept } from "./kept.ts";

/** Programs of one engine by name, compiled when they are first asked for. One thread asks, and for one at a time. */
export class ProgramCache {
  private readonly programs = new Map<string, Kept<Program>>();

  constructor(
    private readonly engine: Engine,
    private readonly options: ProgramOptions,
    /** Most that are kept; the one that was asked for longest ago goes first. */
    private readonly most: number = Number.POSITIVE_INFINITY,
  ) {}

  get(name: string, build: () => ModelSpec | Promise<ModelSpec>): Promise<Program> {
    const known = this.programs.get(name);
    const surplus = known?.isHeld === true ? [] : this.surplus();
    const program = known ?? new Kept<Program>();
    // The newest is last.
    this.programs.delete(name);
    this.programs.set(name, program);
    return program.get(() => this.compile(surplus, build));
  }

  /** Gives back what a program of this name holds, if there is one. */
  async drop(name: string): Promise<void> {
    const program = this.programs.get(name);
    this.programs.delete(name);
    await program?.drop();
  }

  async dispose(): Promise<void> {
    for (const name of this.programs.keys()) await this.drop(name);
  }

  /** Those that have to go before another comes. */
  private surplus(): Promise<void>[] {
    const held = [...this.programs.keys()].filter((name) => this.programs.get(name)!.isHeld);
    return held.slice(0, Math.max(0, held.length + 1 - this.most)).map((name) => this.drop(name));
  }

  private async compile(
    surplus: readonly Promise<void>[],
    build: () => ModelSpec | Promise<ModelSpec>,
  ): Promise<Program> {
    await Promise.all(surplus);
    return this.engine.compile(await build(), this.options);
  }
}
