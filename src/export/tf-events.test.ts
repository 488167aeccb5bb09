import { expect, test } from "vitest";
import { encodeEvents } from "./tf-events.ts";

/** What tensorboard 2.21.0 writes (its RecordWriter and event_pb2) of the same three events. */
const GOLDEN =
  "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c" +
  "2400000000000000422b804d09000000000000024010ac022a160a0a0a03612f6215cdcccc3d0a080a016315000000c08e35a5d4" +
  "0d000000000000003c37b83409000000000000084010012a00908d8076";

test("bytes as TensorBoard's own writer makes them", () => {
  const events = [
    {
      wallTime: 2.25,
      step: 300,
      scalars: new Map([
        ["a/b", 0.1],
        ["c", -2],
      ]),
    },
    { wallTime: 3, step: 1, scalars: new Map<string, number>() },
  ];
  expect(Buffer.from(encodeEvents(1.5, events)).toString("hex")).toBe(GOLDEN);
});
