import type { RandomStream } from "../../src/random.ts";

/** Tries to load the damaged file, and throws where what is loaded isn't what the file holds. */
export type Load = () => Promise<void>;

/** A kind of file, and how it is damaged. */
export interface FuzzSuite {
  readonly cases: number;
  /** Cases before memory is looked at: code is loaded and compiled by then. */
  readonly warmUp: number;
  /** Damages one file; `what` collects what was done, to be shown when the case fails. */
  damage(random: RandomStream, what: string[], index: number): Promise<Load>;
}

/** Makes a suite whose files are under a folder. */
export type MakeSuite = (folder: string) => Promise<FuzzSuite>;

export interface FuzzReport {
  readonly cases: number;
  readonly loaded: number;
  readonly refused: number;
  /** Cases that ended in something else: which, what was done to the file, and what came. */
  readonly failures: readonly { readonly index: number; readonly what: string; readonly came: string }[];
  /** Processor seconds of the slowest case, and which it was. */
  readonly slowestSeconds: number;
  readonly slowest: number;
  /** Most bytes of array buffers that one case asked for, and which it was. */
  readonly mostBufferBytes: number;
  readonly largest: number;
  /** Growth of the process's peak of resident memory over all cases, in bytes. */
  readonly peakGrowth: number;
  /** Messages that differ in more than numbers and quoted text. */
  readonly kindsOfMessage: number;
}
