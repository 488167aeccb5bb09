import { expect, test, vi } from "vitest";
import { withDeadline } from "./deadline.ts";

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
