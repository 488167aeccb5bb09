import { sumOf } from "../numbers/sum.ts";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { maskedCrc32c } from "./crc32c.ts";

/** What TensorBoard shows at one step. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** By tag; kept in 32 bits. */
  readonly scalars: ReadonlyMap<string, number>;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * An event file: TFRecords of Event messages (tensorflow/core/util/event.proto), the first of which tells the version.
 *
 * @param wallTime of that first one, in seconds since 1970
 */
export function encodeEvents(wallTime: number, events: readonly ScalarEvent[]): Uint8Array {
  const version = new BinaryWriter();
  version.tag(1, FIXED64).double(wallTime);
  version.tag(3, LENGTH).string("brain.Event:2");
  return concatenated([version.finish(), ...events.map(encodeEvent)].map(tfRecord));
}

function encodeEvent({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, FIXED64).double(wallTime);
  writer.tag(2, VARINT).int64(step);
  writer.tag(5, LENGTH).fork();
  for (const [tag, value] of scalars) {
    writer.tag(1, LENGTH).fork();
    writer.tag(1, LENGTH).string(tag);
    writer.tag(2, FIXED32).float(value);
    writer.join();
  }
  writer.join();
  return writer.finish();
}

/**
 * A record: its length in 64 bits, the checksum of the length, the data, the checksum of the data; all little-endian.
 */
function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(sumOf(parts, (part) => part.length));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
