import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineError, OptionError } from "../../src/errors.ts";
import type { WorkerHandle } from "../../src/host/worker-calls.ts";
import { startWorker } from "../../src/host/worker-host.ts";
import type { TestCalls } from "./test-worker.ts";

const settings = { name: "the test's worker", module: new URL("./test-worker.ts", import.meta.url), init: {} };

let worker: WorkerHandle<TestCalls>;
beforeAll(async () => {
  worker = await startWorker<object, TestCalls>(settings);
});
afterAll(() => worker.stop());

describe("a worker", () => {
  test("notices go to the call that told them, though calls overlap", async () => {
    const told: number[][] = [[], []];
    const counts = await Promise.all(
      told.map((list, i) => worker.watched((notice) => list.push(notice as number)).count(3 + i)),
    );
    expect(counts).toEqual([3, 4]);
    expect(told).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
    ]);
    expect(await worker.calls.count(2)).toBe(2);
  });

  test("an error that a user can cause keeps its class, message and fields", async () => {
    const error = await worker.calls.fail("user").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ name: "OptionError", message: "Expected better.", field: "kind", detail: [1, 2] });
    expect((error as Error).stack).toContain("test-worker");
  });

  test("any other says whose thread failed", async () => {
    await expect(worker.calls.fail("bug")).rejects.toThrow(EngineError);
    await expect(worker.calls.fail("bug")).rejects.toThrow("The thread of the test's worker failed: x is undefined");
    await expect(worker.calls.fail("thrown text")).rejects.toThrow('worker failed: "thrown text"');
  });

  test("buffers are handed over, both ways", async () => {
    const answer = (await worker.calls.handOver(64)) as unknown as ArrayBuffer;
    expect(answer.byteLength).toBe(64);
    expect(await worker.calls.kept()).toBe(0);
    const buffer = new ArrayBuffer(16);
    const other = await startWorker<object, TestCalls>({ ...settings, init: { buffer }, transfer: [buffer] });
    expect(buffer.byteLength).toBe(0);
    await other.stop();
  });

  test("a program that can't start gives its own error", async () => {
    await expect(startWorker({ ...settings, init: { broken: true } })).rejects.toThrow(OptionError);
  });

  test("what no watched call takes goes to the thread's own listener, also behind the call that told it", async () => {
    const told: unknown[] = [];
    const watched: unknown[] = [];
    const telling = await startWorker<object, TestCalls>({ ...settings, onNotice: (notice) => told.push(notice) });
    await telling.calls.count(2);
    await telling.watched((notice) => watched.push(notice)).count(1);
    await telling.calls.tellLater("late");
    await expect.poll(() => told).toEqual([0, 1, "late"]);
    expect(watched).toEqual([0]);
    await telling.stop();
  });

  test("how a thread ended by itself is told once, and not that it was stopped", async () => {
    const ends: string[] = [];
    const start = () => startWorker<object, TestCalls>({ ...settings, onEnd: (what) => ends.push(what) });
    const stopped = await start();
    await stopped.stop();
    const crashing = await start();
    await crashing.calls.crash();
    await expect.poll(() => ends).toEqual(["crashed: out of nowhere"]);
    await crashing.stop();
    const exiting = await start();
    await expect(exiting.calls.exit(3)).rejects.toThrow("ended (exit code 3)");
    expect(ends).toEqual(["crashed: out of nowhere", "ended its thread (exit code 3)"]);
  });

  test("a crash and an end refuse what is under way and what comes after, by name", async () => {
    const crashing = await startWorker<object, TestCalls>(settings);
    await crashing.calls.crash();
    await expect(crashing.calls.hang()).rejects.toThrow("The thread of the test's worker crashed: out of nowhere");
    await expect(crashing.calls.echo(1)).rejects.toThrow("crashed");
    const stopped = await startWorker<object, TestCalls>(settings);
    await stopped.stop();
    await expect(stopped.calls.echo(1)).rejects.toThrow("The thread of the test's worker was stopped.");
  });
});
