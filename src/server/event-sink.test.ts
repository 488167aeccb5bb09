import { describe, expect, test } from "vitest";
import { EventSink } from "./event-sink.ts";

const later = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe("a stream of events", () => {
  test("is what was sent, to its end", async () => {
    const left: string[] = [];
    const sink = new EventSink(5, (why) => left.push(why));
    sink.send({ text: "a\nb" });
    sink.send("[DONE]");
    sink.end();
    sink.send({ late: true });
    expect(await new Response(sink.body).text()).toBe('data: {"text":"a\\nb"}\n\ndata: [DONE]\n\n');
    expect(left).toEqual([]);
  });

  test("who takes nothing for too long is left, also when all has been sent", async () => {
    for (const ends of [false, true]) {
      const left: string[] = [];
      const sink = new EventSink(0.05, (why) => left.push(why));
      for (let i = 0; i < 3; i++) sink.send({ i });
      if (ends) sink.end();
      await expect.poll(() => left).toEqual(["slow"]);
      await later(0.1);
      expect(left).toEqual(["slow"]);
    }
  });

  test("who takes what comes, however late it comes, is not", async () => {
    const left: string[] = [];
    const sink = new EventSink(0.1, (why) => left.push(why));
    const text = new Response(sink.body).text();
    for (let i = 0; i < 3; i++) {
      await later(0.2);
      sink.send({ i });
    }
    sink.end();
    expect((await text).match(/data/g)).toHaveLength(3);
    // Nor when it has all.
    await later(0.3);
    expect(left).toEqual([]);
  });

  test("who is slow, but takes what has come piece by piece, is not", async () => {
    const left: string[] = [];
    const sink = new EventSink(0.3, (why) => left.push(why));
    for (let i = 0; i < 8; i++) sink.send({ i });
    sink.end();
    const reader = sink.body.getReader();
    for (let i = 0; i < 8; i++) {
      await later(0.1);
      expect((await reader.read()).done).toBe(false);
    }
    expect((await reader.read()).done).toBe(true);
    expect(left).toEqual([]);
  });

  test("who goes is told of once, and nothing is written any more", async () => {
    const left: string[] = [];
    const sink = new EventSink(5, (why) => left.push(why));
    const reader = sink.body.getReader();
    sink.send({ i: 0 });
    await reader.read();
    await reader.cancel();
    sink.send({ i: 1 });
    sink.end();
    expect(left).toEqual(["gone"]);
  });
});
