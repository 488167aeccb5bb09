import { expect, test } from "vitest";
import { Channel } from "./channel.ts";

test("items are read in order, whether they wait or are waited for, then the end", async () => {
  const channel = new Channel<number>();
  channel.push(1);
  channel.push(2);
  const read: number[] = [];
  const reading = (async () => {
    for await (const item of channel) read.push(item);
  })();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(read).toEqual([1, 2]);
  channel.push(3);
  channel.end();
  await reading;
  expect(read).toEqual([1, 2, 3]);
});

test("a failure comes after what was pushed before it", async () => {
  const channel = new Channel<number>();
  channel.push(1);
  channel.fail(new Error("broken"));
  const read: number[] = [];
  const reading = (async () => {
    for await (const item of channel) read.push(item);
  })();
  await expect(reading).rejects.toThrow("broken");
  expect(read).toEqual([1]);
});
