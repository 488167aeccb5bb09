import { EngineError } from "../../errors.ts";

/** A tab's threads are those of its engine, and one of them makes the updates. */
export const HAS_UPDATE_THREADS = false;

export class UpdateThreads {
  static async start(_init: object): Promise<UpdateThreads> {
    throw new EngineError("Expected no threads for updates to be started in a tab.");
  }

  async update(_learningRate: number, _clipNorm: number): Promise<number> {
    throw new EngineError("Expected no threads for updates in a tab.");
  }

  async stop(): Promise<void> {}
}
