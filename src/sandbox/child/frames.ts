import { readSync, writeSync } from "node:fs";
import { FRAME_HEADER, frameHeader, LONGEST_FRAME } from "./limits.ts";

const REQUESTS = 3;
const REPLIES = 4;

/** Waits for a frame. Ends the process where there are no more, or what came is none. */
export function readFrame(): Buffer {
  const length = readExactly(FRAME_HEADER).readUInt32LE(0);
  if (length > LONGEST_FRAME) endProcess(2);
  return readExactly(length);
}

export function writeFrame(value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  const frame = Buffer.concat([frameHeader(body.length), body]);
  for (let sent = 0; sent < frame.length;) sent += writeSync(REPLIES, frame, sent);
}

export function writeBytes(bytes: Uint8Array): void {
  writeSync(REPLIES, frameHeader(bytes.length));
  for (let sent = 0; sent < bytes.length;) sent += writeSync(REPLIES, bytes, sent);
}

function readExactly(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let got = 0; got < length;) {
    const more = readSync(REQUESTS, bytes, got, length - got, null);
    if (more === 0) endProcess(0);
    got += more;
  }
  return bytes;
}

const { reallyExit } = process as unknown as { readonly reallyExit: (code: number) => never };

/** Ends at once: nothing of an answer runs on the way. */
export function endProcess(code: number): never {
  return reallyExit.call(process, code);
}
