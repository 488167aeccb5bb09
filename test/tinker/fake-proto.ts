import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";

/*
 * The server's side of Tinker's protobuf, for the test server: reads what the client writes, and writes what it reads.
 * Field numbers as in `tinker/proto/tinker_public_pb2` of the package tinker 0.25.0.
 */

export interface PassDatum {
  readonly tokens: number[];
  readonly targets: number[];
  readonly weights: number[];
  readonly advantages: number[];
  readonly logprobs: number[];
}

export interface PassRequest {
  modelId: string;
  sequenceId: number;
  loss: string;
  lossConfig: Record<string, number>;
  forwardOnly: boolean;
  data: PassDatum[];
}

export function readPassRequest(bytes: Uint8Array): PassRequest {
  const request: PassRequest = { modelId: "", sequenceId: 0, loss: "", lossConfig: {}, forwardOnly: false, data: [] };
  fields(bytes, {
    1: (reader) => (request.modelId = reader.string()),
    2: (reader) => (request.sequenceId = reader.int32()),
    3: (reader) => request.data.push(readDatum(reader.bytes())),
    4: (reader) => (request.loss = reader.string()),
    5: (reader) => {
      const entry = { name: "", value: 0 };
      fields(reader.bytes(), {
        1: (inner) => (entry.name = inner.string()),
        2: (inner) => (entry.value = inner.double()),
      });
      request.lossConfig[entry.name] = entry.value;
    },
    6: (reader) => (request.forwardOnly = reader.bool()),
  });
  return request;
}

function readDatum(bytes: Uint8Array): PassDatum {
  const datum: PassDatum = { tokens: [], targets: [], weights: [], advantages: [], logprobs: [] };
  fields(bytes, {
    1: (reader) =>
      fields(reader.bytes(), {
        1: (chunk) =>
          fields(chunk.bytes(), {
            1: (text) => datum.tokens.push(...new Int32Array(copy(text.bytes()))),
          }),
      }),
    2: (reader) => {
      let name = "";
      let values: number[] = [];
      fields(reader.bytes(), {
        1: (entry) => (name = entry.string()),
        2: (entry) => (values = readTensor(entry.bytes())),
      });
      const place = { target_tokens: "targets" }[name] ?? name;
      datum[place as keyof PassDatum].push(...values);
    },
  });
  return datum;
}

function readTensor(bytes: Uint8Array): number[] {
  let [data, type] = [new ArrayBuffer(0), 0];
  fields(bytes, {
    1: (reader) => (data = copy(reader.bytes())),
    3: (reader) => (type = reader.int32()),
  });
  if (type === 2) return Array.from(new BigInt64Array(data), Number);
  if (type === 1) return [...new Float32Array(data)];
  throw new Error(`a tensor of type ${type}`);
}

export function writeSampleResponse(
  sequences: readonly {
    readonly tokens: readonly number[];
    readonly logprobs: readonly number[];
    readonly stop: string;
  }[],
): Uint8Array {
  const writer = new BinaryWriter();
  for (const { tokens, logprobs, stop } of sequences) {
    writer.tag(1, 2).fork();
    if (stop !== "stop") writer.tag(1, 0).int32(1);
    writer.tag(2, 2).bytes(new Uint8Array(Int32Array.from(tokens).buffer));
    writer.tag(3, 2).bytes(new Uint8Array(Float32Array.from(logprobs).buffer));
    writer.join();
  }
  return writer.finish();
}

export function writePassOutput(outputs: Readonly<Record<string, readonly Float32Array[]>>): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, 2).string("scalar");
  writer.tag(2, 2).fork();
  for (const [name, arrays] of Object.entries(outputs)) {
    const offsets = [0];
    for (const array of arrays) offsets.push(offsets.at(-1)! + array.byteLength);
    const data = Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)));
    writer.tag(2, 2).fork();
    writer.tag(1, 2).string(name);
    writer.tag(2, 2).fork();
    writer.tag(1, 2).bytes(data);
    writer.tag(2, 2).bytes(new Uint8Array(BigInt64Array.from(offsets, BigInt).buffer));
    writer.tag(3, 0).int32(1);
    writer.join().join();
  }
  writer.join();
  return writer.finish();
}

type Readers = Readonly<Record<number, (reader: BinaryReader) => unknown>>;

function fields(bytes: Uint8Array, readers: Readers): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (readers[field] === undefined) reader.skip(wire, field);
    else readers[field](reader);
  }
}

function copy(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
