/** The program of a thread under test. */
import { OptionError } from "../../src/errors.ts";
import { Transferred } from "../../src/host/transferred.ts";

export interface TestCalls {
  echo(value: unknown): unknown;
  /** Tells the numbers below `count`, then answers it. */
  count(count: number): Promise<number>;
  fail(kind: "user" | "bug" | "thrown text"): never;
  /** A buffer of so many bytes, handed over; `kept` then tells what is left of it here. */
  handOver(bytes: number): Transferred<ArrayBuffer>;
  kept(): number;
  crash(): void;
  exit(code: number): never;
  /** Tells it after its own end. */
  tellLater(notice: string): void;
  /** Never answers. */
  hang(): Promise<never>;
}

export default function start(init: { readonly broken?: boolean }, notify: (notice: unknown) => void): TestCalls {
  if (init.broken === true) throw new OptionError("Expected a whole program, got a broken one.");
  let buffer = new ArrayBuffer(0);
  return {
    echo: (value) => value,
    async count(count) {
      for (let i = 0; i < count; i++) {
        notify(i);
        await Promise.resolve();
      }
      return count;
    },
    fail(kind) {
      if (kind === "user") throw Object.assign(new OptionError("Expected better."), { field: "kind", detail: [1, 2] });
      if (kind === "bug") throw new TypeError("x is undefined");
      throw kind as unknown as Error;
    },
    handOver(bytes) {
      buffer = new ArrayBuffer(bytes);
      return new Transferred(buffer, [buffer]);
    },
    kept: () => buffer.byteLength,
    hang: () => new Promise<never>(() => {}),
    exit: (code) => process.exit(code),
    tellLater: (notice) => void setTimeout(() => notify(notice)),
    crash() {
      setTimeout(() => {
        throw new Error("out of nowhere");
      });
    },
  };
}
