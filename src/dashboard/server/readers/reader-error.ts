import { RunError } from "../../../errors.ts";

/** The process that read a run gave no answer: the run, or what it makes a reader do, can't be read. */
export class ReaderError extends RunError {
  override readonly name: string = "ReaderError";
}
