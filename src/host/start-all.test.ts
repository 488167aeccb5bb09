import { expect, test } from "vitest";
import { startAll, Started } from "./start-all.ts";

/** Things that write down their end. */
function things() {
  const ended: string[] = [];
  const thing = (name: string, failure?: Error) => ({
    name,
    stop: async () => {
      ended.push(name);
      if (failure !== undefined) throw failure;
    },
  });
  return { ended, thing };
}

test("where a later start fails, what was started is ended, the last first, and the failure is told", async () => {
  const { ended, thing } = things();
  const starting = startAll(async (started) => {
    await started.add(thing("policy"));
    await started.add(Promise.resolve(thing("judge", new Error("hangs"))));
    await started.add(Promise.reject<ReturnType<typeof thing>>(new Error("no critic")));
  });
  await expect(starting).rejects.toThrow("no critic");
  expect(ended).toEqual(["judge", "policy"]);
});

test("of several that start side by side, those that come after a failure are ended too", async () => {
  const { ended, thing } = things();
  let arrive: (late: ReturnType<typeof thing>) => void = () => {};
  const slow = new Promise<ReturnType<typeof thing>>((resolve) => (arrive = resolve));
  const starting = startAll((started) =>
    Promise.all([
      started.add(thing("first")),
      started.add(slow),
      started.add(Promise.reject<ReturnType<typeof thing>>(new Error("refused"))),
    ]),
  );
  await expect(starting).rejects.toThrow("refused");
  arrive(thing("slow"));
  await slow;
  await Promise.resolve();
  expect(ended).toEqual(["first", "slow"]);
});

test("what has started stays until it is stopped, once; all are ended though one fails", async () => {
  const { ended, thing } = things();
  const started = await startAll(async (all) => {
    expect((await all.add(thing("policy"))).name).toBe("policy");
    await all.add(thing("judge", new Error("hangs")));
    return all;
  });
  expect(ended).toEqual([]);
  await expect(started.stop()).rejects.toThrow("hangs");
  expect(ended).toEqual(["judge", "policy"]);
  await started.stop();
  expect(ended).toEqual(["judge", "policy"]);
  await new Started().stop();
});
