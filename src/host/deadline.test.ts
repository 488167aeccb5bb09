import { describe, expect, test, vi } from "vitest";
import { eachWithin, withDeadline } from "./deadline.ts";

const never = new Promise<never>(() => {});

test("an answer in time is the answer, and no timer is left", async () => {
  vi.useFakeTimers();
  try {
    expect(await withDeadline(Promise.resolve(3), 60, () => "late")).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("past the deadline what `late` gives, or throws", async () => {
  expect(await withDeadline(never, 0.001, () => "late")).toBe("late");
  const failing = withDeadline(never, 0.001, (): string => {
    throw new Error("not in time");
  });
  await expect(failing).rejects.toThrow("not in time");
});

test("a failure in time is the failure, a later one is dropped", async () => {
  await expect(withDeadline(Promise.reject(new Error("broken")), 60, () => "late")).rejects.toThrow("broken");
  const later = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("too late")), 20));
  expect(await withDeadline(later, 0.001, () => "late")).toBe("late");
  await new Promise((resolve) => setTimeout(resolve, 40));
});

describe("items with a deadline between each two", () => {
  const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const silent = (): never => {
    throw new Error("silent");
  };

  test("come in order, however long their reader takes for each", async () => {
    const ended = vi.fn<() => void>();
    const items = (async function* () {
      try {
        for (const item of [1, 2, 3]) yield await Promise.resolve(item);
      } finally {
        ended();
      }
    })();
    const found: number[] = [];
    for await (const item of eachWithin(items, 0.05, silent)) {
      found.push(item);
      await pause(0.08);
    }
    expect(found).toEqual([1, 2, 3]);
    expect(ended).toHaveBeenCalledOnce();
    const plain: number[] = [];
    for await (const item of eachWithin([4, 5], 1, silent)) plain.push(item);
    expect(plain).toEqual([4, 5]);
  });

  test("end where none comes for so long, though the source never answers again", async () => {
    const items = (async function* () {
      yield 1;
      await never;
    })();
    const found: number[] = [];
    const read = async (): Promise<void> => {
      for await (const item of eachWithin(items, 0.02, silent)) found.push(item);
    };
    await expect(read()).rejects.toThrow("silent");
    expect(found).toEqual([1]);
  });

  test("leave the source closed where their reader stops, and its failure as it is", async () => {
    const closed = vi.fn<() => void>();
    const items = (async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        closed();
      }
    })();
    for await (const item of eachWithin(items, 1, silent)) if (item === 1) break;
    expect(closed).toHaveBeenCalledOnce();
    const failing = (async function* () {
      yield 1;
      await Promise.reject(new Error("broken"));
    })();
    const read = async (): Promise<void> => {
      for await (const _item of eachWithin(failing, 1, silent));
    };
    await expect(read()).rejects.toThrow("broken");
  });
});
