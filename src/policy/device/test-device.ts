import { DEFAULT_DEVICE, engineFor, type Engine } from "../../engine/index.ts";
import { EngineError } from "../../errors.ts";
import { distance, findWrongOperator } from "./compare-engines.ts";
import { RecordingEngine, type RecordedRun } from "./recording-engine.ts";
import { smallModelOf, type TestedModel } from "./tested-model.ts";
import { TriedModel, type NamedNumbers } from "./tried-model.ts";

/** How far a device may be from the CPU, relative to the largest number of what is compared. */
export const TOLERANCE = 1e-4;

/** What a device computed, beside the CPU. */
export interface DeviceTest {
  /** The largest of all that was compared. */
  readonly worstError: number;
  /** What is wrong: an operator, or what was compared where none is wrong alone; null where all is right. */
  readonly wrong: string | null;
  readonly seconds: number;
}

/**
 * Whether a device computes a model as the CPU does, by a small model that takes the way of the run's: gradients of two
 * micro-batches, one update, and some completions.
 *
 * @throws EngineError where the device isn't there, or can't hold the base in its precision
 */
export async function testDevice(device: string, tested: TestedModel): Promise<DeviceTest> {
  const [reference, engine] = [await engineFor(DEFAULT_DEVICE), await engineFor(device)];
  try {
    return await testEngine(reference, engine, tested);
  } finally {
    await reference.dispose();
    await engine.dispose();
  }
}

/** The same of an engine beside another. */
export async function testEngine(reference: Engine, engine: Engine, tested: TestedModel): Promise<DeviceTest> {
  const began = performance.now();
  const recording = new RecordingEngine(reference, engine);
  const small = smallModelOf(tested);
  const [right, found] = [await TriedModel.create(recording, small), await TriedModel.create(engine, small)];
  const gradients = await right.gradients();
  const steps: readonly Step[] = [
    { name: "gradients", expected: async () => gradients, found: () => found.gradients() },
    { name: "one update", expected: () => right.update(gradients), found: () => found.update(gradients) },
    { name: "draws", expected: () => right.draws(right), found: () => found.draws(right) },
  ];
  let worst = 0;
  for (const step of steps) {
    const expected = await step.expected();
    const runs = recording.takeRuns();
    const { error, name, failure } = await outcomeOf(expected, step);
    worst = Math.max(worst, error);
    if (error <= TOLERANCE) continue;
    const operator = await wrongOperatorOf(runs, reference, engine);
    if (operator === null && failure !== undefined) throw failure;
    return { worstError: worst, wrong: operator ?? `${step.name}: ${name}`, seconds: secondsSince(began) };
  }
  return { worstError: worst, wrong: null, seconds: secondsSince(began) };
}

interface Step {
  readonly name: string;
  readonly expected: () => Promise<NamedNumbers>;
  readonly found: () => Promise<NamedNumbers>;
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

interface StepOutcome {
  readonly error: number;
  readonly name: string;
  /** By which it ended: wrong numbers may be places that aren't there. */
  readonly failure?: EngineError;
}

async function outcomeOf(expected: NamedNumbers, step: Step): Promise<StepOutcome> {
  try {
    return furthest(expected, await step.found());
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { error: Infinity, name: "", failure: error };
  }
}

/** What of some numbers is furthest from what it should be. */
function furthest(expected: NamedNumbers, found: NamedNumbers): StepOutcome {
  let worst: StepOutcome = { error: 0, name: "" };
  for (const [name, { values, scale }] of expected) {
    const error = distance(found.get(name)!.values, values, scale);
    if (error > worst.error) worst = { error, name };
  }
  return worst;
}

/** The operator that the first wrong run has wrong; null where no run is wrong by what the reference gave it. */
async function wrongOperatorOf(
  runs: readonly RecordedRun[],
  reference: Engine,
  engine: Engine,
): Promise<string | null> {
  for (const { graph, inputs } of runs) {
    const operator = await findWrongOperator(reference, engine, graph, { inputs, tolerance: TOLERANCE });
    if (operator !== null) return operator;
  }
  return null;
}
