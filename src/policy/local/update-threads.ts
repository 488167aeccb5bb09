import { EngineError } from "../../errors.ts";
import { startAll } from "../../host/start-all.ts";
import type { WorkerHandle } from "../../host/worker-calls.ts";
import { startWorker, workerModule } from "../../host/worker-host.ts";
import { clipFactor, normOfSquares } from "../../optimizer/index.ts";
import { countUpdate, type SharedState } from "./shared-state.ts";
import { notFinite } from "./trainable-weights.ts";
import type { UpdateWorkerCalls, UpdateWorkerInit } from "./update-worker.ts";

/** Whether a policy may start threads for its updates. */
export const HAS_UPDATE_THREADS = true;

/** Threads that make a large model's update together, while the engine rests. */
export class UpdateThreads {
  /** @param threads each with its part, in order */
  constructor(
    private readonly shared: SharedState,
    private readonly threads: readonly WorkerHandle<UpdateWorkerCalls>[],
  ) {}

  static async start(init: Omit<UpdateWorkerInit, "part">): Promise<UpdateThreads> {
    const start = (part: number): Promise<WorkerHandle<UpdateWorkerCalls>> =>
      startWorker<UpdateWorkerInit, UpdateWorkerCalls>({
        name: "the optimizer",
        module: workerModule("./update-worker", import.meta.url),
        init: { ...init, part },
      });
    const threads = await startAll((started) =>
      Promise.all(Array.from({ length: init.parts }, (_, part) => started.add(start(part)))),
    );
    return new UpdateThreads(init.shared, threads);
  }

  /**
   * Clips the gradients and makes one optimizer step on the published parameters: the same numbers, whatever the number
   * of threads. Returns the norm before clipping.
   *
   * @throws EngineError when the gradient isn't finite, and nothing is changed; or when a thread ends on its own
   */
  async update(learningRate: number, clipNorm: number): Promise<number> {
    const squares = await Promise.all(this.threads.map(({ calls }) => calls.squares()));
    const norm = normOfSquares(squares.flat());
    if (!Number.isFinite(norm)) throw notFinite(norm);
    const scale = clipFactor(norm, clipNorm);
    const steps = await Promise.allSettled(this.threads.map(({ calls }) => calls.step(learningRate, scale)));
    const failed = steps.find((step) => step.status === "rejected");
    if (failed !== undefined) throw halfMade(failed.reason as Error);
    countUpdate(this.shared);
    return norm;
  }

  async stop(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }
}

function halfMade(cause: Error): EngineError {
  return new EngineError(
    `${cause.message} An update was half made, so these weights are to be used no more; resume from an earlier checkpoint.`,
    { cause },
  );
}
