import { freeArray } from "../../host/collect-garbage.ts";
import type { WorkerCalls, WorkerHandle } from "../../host/worker-calls.ts";
import type { PolicyWorkerCalls } from "./policy-worker.ts";
import type { SharedState } from "./shared-state.ts";

/** What one side wrote, on its way to the other. */
export interface StateParts {
  /** By worker; those that the other side has are absent. */
  readonly gradients?: Readonly<Record<number, SharedArrayBuffer>>;
  readonly parameters?: SharedArrayBuffer;
  readonly reference?: SharedArrayBuffer;
  readonly firstMoment?: SharedArrayBuffer;
  readonly secondMoment?: SharedArrayBuffer;
  readonly updates?: SharedArrayBuffer;
}

/** What a worker answers beside its own calls where memory can't be shared. */
export interface MirrorCalls {
  /** Takes what others wrote. */
  put(parts: StateParts): void;
  /** This worker's gradients. */
  takeGradients(): StateParts;
  /** What an update wrote. */
  takeUpdated(): StateParts;
}

const UPDATED = ["parameters", "firstMoment", "secondMoment", "updates"] as const;

/** Takes over what a message brought, and gives the message's memory back. */
function copyInto(state: SharedState, { gradients = {}, ...others }: StateParts): void {
  const copy = (to: SharedArrayBuffer, from: SharedArrayBuffer): void => {
    const brought = new Uint8Array(from);
    new Uint8Array(to).set(brought);
    freeArray(brought);
  };
  for (const [index, buffer] of Object.entries(gradients)) copy(state.gradients[Number(index)]!, buffer);
  for (const [name, buffer] of Object.entries(others) as [keyof Omit<StateParts, "gradients">, SharedArrayBuffer][])
    copy(state[name], buffer);
}

function updatedParts(state: SharedState): StateParts {
  return Object.fromEntries(UPDATED.map((name) => [name, state[name]]));
}

/** The worker's side. */
export function mirrorOf(shared: SharedState, index: number): MirrorCalls {
  return {
    put: (parts) => copyInto(shared, parts),
    takeGradients: () => ({ gradients: { [index]: shared.gradients[index]! } }),
    takeUpdated: () => updatedParts(shared),
  };
}

/**
 * A worker that doesn't see this thread's memory: gradients come back with their call, an update takes those of the
 * others along and brings what it wrote, and a refresh takes what was published.
 */
export function mirrored(
  worker: WorkerHandle<PolicyWorkerCalls>,
  shared: SharedState,
  index: number,
): WorkerHandle<PolicyWorkerCalls> {
  const calls = worker.calls as WorkerCalls<PolicyWorkerCalls & MirrorCalls>;
  const others = (): Readonly<Record<number, SharedArrayBuffer>> =>
    Object.fromEntries([...shared.gradients.entries()].filter(([place]) => place !== index));
  const own: Partial<WorkerCalls<PolicyWorkerCalls>> = {
    async gradients(request) {
      const result = await calls.gradients(request);
      copyInto(shared, await calls.takeGradients());
      return result;
    },
    async update(learningRate, clipNorm) {
      await calls.put({ gradients: others() });
      const norm = await calls.update(learningRate, clipNorm);
      copyInto(shared, await calls.takeUpdated());
      return norm;
    },
    async refresh(scope) {
      const { parameters, reference } = shared;
      await calls.put(scope === "all" ? { ...updatedParts(shared), reference } : { parameters });
      await calls.refresh();
    },
  };
  const merged = new Proxy(worker.calls, {
    get: (target, name) => own[name as keyof typeof own] ?? target[name as keyof PolicyWorkerCalls],
  });
  return { ...worker, calls: merged };
}
