import { expect, test, vi } from "vitest";
import type { TabState } from "./tab-client.ts";
import { trainTo, whenAtRest, type DrivenClient } from "./drive-run.ts";

/** A run whose news the test tells. */
function madeClient(status: TabState["status"], made: number) {
  const listeners = new Set<() => void>();
  const stateOf = (now: TabState["status"], count: number): TabState =>
    ({ status: now, steps: count === 0 ? [] : [{ metrics: { step: count } }] }) as unknown as TabState;
  const client = {
    state: stateOf(status, made),
    listen(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    step: vi.fn(),
    pause: vi.fn(),
  };
  const tell = (now: TabState["status"], count: number): void => {
    client.state = stateOf(now, count);
    listeners.forEach((listener) => listener());
  };
  return { client: client as DrivenClient & typeof client, tell, listeners };
}

test("steps one by one until the step is there, and no further", () => {
  const { client, tell, listeners } = madeClient("loading", 0);
  const then = vi.fn();
  trainTo(client, 2, then);
  expect(client.step).toHaveBeenCalledTimes(0);
  tell("waiting", 0);
  tell("stepping", 0);
  tell("stepping", 1);
  expect(client.step).toHaveBeenCalledTimes(1);
  tell("waiting", 1);
  tell("waiting", 1);
  expect(client.step).toHaveBeenCalledTimes(2);
  tell("waiting", 2);
  expect(client.step).toHaveBeenCalledTimes(2);
  expect(then.mock.calls).toEqual([[true]]);
  expect(listeners.size).toBe(0);
});

test.each(["training", "failed", "over"] as const)("gives up where the run is %s", (status) => {
  const { client, tell } = madeClient("waiting", 0);
  const then = vi.fn();
  trainTo(client, 9, then);
  tell(status, 1);
  expect(then.mock.calls).toEqual([[false]]);
});

test("nothing is told once it was given up", () => {
  const { client, tell } = madeClient("stepping", 0);
  const then = vi.fn();
  trainTo(client, 1, then)();
  tell("waiting", 1);
  expect(then).not.toHaveBeenCalled();
});

test("pauses what trains, and waits for it", () => {
  const { client, tell } = madeClient("training", 3);
  const then = vi.fn();
  whenAtRest(client, then);
  expect(client.pause).toHaveBeenCalledOnce();
  expect(then).not.toHaveBeenCalled();
  tell("waiting", 4);
  tell("waiting", 4);
  expect(then).toHaveBeenCalledOnce();
});

test("a run at rest is not paused", () => {
  const { client } = madeClient("over", 3);
  const then = vi.fn();
  whenAtRest(client, then);
  expect(client.pause).not.toHaveBeenCalled();
  expect(then).toHaveBeenCalledOnce();
});
