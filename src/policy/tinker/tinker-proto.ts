import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { TinkerDatum, TinkerPass, TinkerPassRequest, TinkerSequence } from "./tinker-shapes.ts";

/*
 * The protobuf of Tinker's SDK from 0.25 on (its `tinker/proto/tinker_public_pb2`, package tinker 0.25.0), as far as it
 * is used here: a ForwardBackwardRequest is written, a SampleResponse and a ForwardBackwardOutput are read.
 */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FLOAT32 = 1;
const INT64 = 2;

export function encodePassRequest(request: TinkerPassRequest): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, LENGTH).string(request.modelId);
  writer.tag(2, VARINT).int32(request.sequenceId);
  for (const datum of request.data) writeDatum(writer.tag(3, LENGTH).fork(), datum);
  writer.tag(4, LENGTH).string(request.loss);
  for (const [name, value] of Object.entries(request.lossConfig)) {
    writer.tag(5, LENGTH).fork();
    writer.tag(1, LENGTH).string(name);
    writer.tag(2, FIXED64).double(value);
    writer.join();
  }
  if (request.forwardOnly) writer.tag(6, VARINT).bool(true);
  return writer.finish();
}

function writeDatum(writer: BinaryWriter, { tokens, targets, weights, advantages, logprobs }: TinkerDatum): void {
  // Datum.model_input, one Chunk with its encoded_text.
  writer.tag(1, LENGTH).fork().tag(1, LENGTH).fork();
  writer.tag(1, LENGTH).bytes(bytesOf(Int32Array.from(tokens)));
  writer.join().join();
  const ints = BigInt64Array.from(targets, BigInt);
  writeTensor(writer, { name: "target_tokens", bytes: bytesOf(ints), type: INT64, length: targets.length });
  for (const [name, values] of [
    ["weights", weights],
    ["advantages", advantages],
    ["logprobs", logprobs],
  ] as const)
    writeTensor(writer, { name, bytes: bytesOf(Float32Array.from(values)), type: FLOAT32, length: values.length });
  writer.join();
}

interface NamedTensorBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type: number;
  readonly length: number;
}

function writeTensor(writer: BinaryWriter, { name, bytes, type, length }: NamedTensorBytes): void {
  writer.tag(2, LENGTH).fork();
  writer.tag(1, LENGTH).string(name);
  writer.tag(2, LENGTH).fork();
  writer.tag(1, LENGTH).bytes(bytes);
  writer.tag(3, VARINT).int32(type);
  writer.tag(4, LENGTH).fork().int64(length).join();
  writer.join().join();
}

/** Little-endian, as every machine that Node runs on has them. */
function bytesOf(values: Int32Array | Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Sequences of a SampleResponse, unchecked. @throws Error for what is no such message */
export function decodeSequences(bytes: Uint8Array): TinkerSequence[] {
  const sequences: TinkerSequence[] = [];
  eachField(bytes, (field, reader) => {
    if (field !== 1) return false;
    sequences.push(decodeSequence(reader.bytes()));
    return true;
  });
  return sequences;
}

function decodeSequence(bytes: Uint8Array): TinkerSequence {
  let stop = "stop";
  let tokens: readonly number[] = [];
  let logprobs: readonly number[] = [];
  eachField(bytes, (field, reader) => {
    if (field === 1) stop = reader.int32() === 0 ? "stop" : "length";
    else if (field === 2) tokens = [...new Int32Array(aligned(reader.bytes(), 4))];
    else if (field === 3) logprobs = [...new Float32Array(aligned(reader.bytes(), 4))];
    else return false;
    return true;
  });
  return { tokens, logprobs, stop };
}

/** A ForwardBackwardOutput, unchecked. @throws Error for what is no such message */
export function decodePass(bytes: Uint8Array): TinkerPass {
  const metrics: Record<string, number> = {};
  const logprobs: Float32Array[] = [];
  const fields = new Set<string>();
  eachField(bytes, (field, reader) => {
    if (field === 2) decodeRecord(reader.bytes(), fields, logprobs);
    else if (field === 3) {
      const [name, value] = decodeMetric(reader.bytes());
      metrics[name] = value;
    } else return false;
    return true;
  });
  return { logprobs, fields: [...fields], metrics };
}

function decodeMetric(bytes: Uint8Array): [name: string, value: number] {
  let [name, value] = ["", 0];
  eachField(bytes, (field, reader) => {
    if (field === 1) name = reader.string();
    else if (field === 2) value = reader.double();
    else return false;
    return true;
  });
  return [name, value];
}

/** An ArrayRecord: of its fields the names, and of `logprobs` the numbers by datum. */
function decodeRecord(bytes: Uint8Array, names: Set<string>, logprobs: Float32Array[]): void {
  eachField(bytes, (field, reader) => {
    if (field !== 2) return false;
    let name = "";
    let tensor: Uint8Array = new Uint8Array();
    eachField(reader.bytes(), (inner, entry) => {
      if (inner === 1) name = entry.string();
      else if (inner === 2) tensor = entry.bytes();
      else return false;
      return true;
    });
    names.add(name);
    if (name === "logprobs") logprobs.push(...decodeBatched(tensor));
    return true;
  });
}

/** A BatchedTensor of float32 numbers: cut at its offsets, in bytes. */
function decodeBatched(bytes: Uint8Array): Float32Array[] {
  let data: Uint8Array = new Uint8Array();
  let offsets: readonly number[] = [];
  let type = FLOAT32;
  eachField(bytes, (field, reader) => {
    if (field === 1) data = reader.bytes();
    else if (field === 2) offsets = Array.from(new BigInt64Array(aligned(reader.bytes(), 8)), Number);
    else if (field === 3) type = reader.int32();
    else return false;
    return true;
  });
  if (type !== FLOAT32) throw new Error("log-probabilities that are no 32-bit floats");
  return offsets.slice(1).map((end, i) => {
    const from = offsets[i]!;
    if (!(from >= 0 && end >= from && end <= data.length)) throw new Error("offsets outside of the tensor");
    return new Float32Array(aligned(data.subarray(from, end), 4));
  });
}

/** A copy that begins where numbers may; a length that holds no whole number of them is an error. */
function aligned(bytes: Uint8Array, size: number): ArrayBuffer {
  if (bytes.length % size !== 0) throw new Error("a tensor of half a number");
  return new Uint8Array(bytes).buffer;
}

/** @param take reads a field's value, or leaves it to be skipped */
function eachField(bytes: Uint8Array, take: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const isKnown = wire === WireType.Varint || wire === WireType.LengthDelimited || wire === WireType.Bit64;
    if (!isKnown || !take(field, reader)) reader.skip(wire, field);
  }
}
