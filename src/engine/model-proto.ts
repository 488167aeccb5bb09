import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { executionOrder } from "./execution-order.ts";

/** Element types that the engine uses, with their numbers in ONNX's TensorProto.DataType. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

/** A size known when the graph is built, or the name of one known when it runs. */
export type Dimension = number | string;

export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  /** What a node runs: it reads by name what the graph around it has. None of its constants may be large. */
  | { readonly graph: ModelSpec };

export interface ValueSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

export interface ConstantSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface NodeSpec {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A whole graph, ready to be written. */
export interface ModelSpec {
  readonly nodes: readonly NodeSpec[];
  readonly constants: readonly ConstantSpec[];
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  /** Shapes of what the nodes compute, by name: not written, for those who plan memory. */
  readonly shapes: ReadonlyMap<string, Pick<ValueSpec, "type" | "shape">>;
}

const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;
const OPSET = 17;
const IR_VERSION = 9;
const DATA_LOCATION_EXTERNAL = 1;

/** Constants of this many bytes and more are not copied into the protobuf: the engine gets them beside it. */
const EXTERNAL_FROM = 65_536;

/** A constant beside the protobuf: `path` is the name under which the model refers to it. */
export interface ExternalConstant {
  readonly path: string;
  readonly data: Uint8Array;
}

/** The large constants of a model, which its protobuf only names. */
export function externalConstants(model: ModelSpec): ExternalConstant[] {
  return model.constants.filter(isExternal).map(({ name, bytes }) => ({ path: name, data: bytes }));
}

function isExternal({ bytes }: ConstantSpec): boolean {
  return bytes.length >= EXTERNAL_FROM;
}

/**
 * The bytes of an ONNX ModelProto (onnx.proto3, IR version 9, opset 17 and com.microsoft 1), without its
 * `externalConstants`.
 */
export function encodeModel(model: ModelSpec): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, VARINT).int64(IR_VERSION);
  writer.tag(2, LENGTH).string("aha");
  message(writer, 7, () => writeGraph(writer, model));
  for (const [domain, version] of [
    ["", OPSET],
    ["com.microsoft", 1],
  ] as const) {
    message(writer, 8, () => {
      writer.tag(1, LENGTH).string(domain);
      writer.tag(2, VARINT).int64(version);
    });
  }
  return writer.finish();
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, LENGTH).fork();
  write();
  writer.join();
}

function writeGraph(writer: BinaryWriter, model: ModelSpec): void {
  for (const node of executionOrder(model)) message(writer, 1, () => writeNode(writer, node));
  writer.tag(2, LENGTH).string("graph");
  for (const constant of model.constants) message(writer, 5, () => writeConstant(writer, constant));
  for (const value of model.inputs) message(writer, 11, () => writeValue(writer, value));
  for (const value of model.outputs) message(writer, 12, () => writeValue(writer, value));
}

function writeNode(writer: BinaryWriter, node: NodeSpec): void {
  for (const input of node.inputs) writer.tag(1, LENGTH).string(input);
  for (const output of node.outputs) writer.tag(2, LENGTH).string(output);
  writer.tag(4, LENGTH).string(node.operator);
  for (const [name, value] of Object.entries(node.attributes))
    message(writer, 5, () => writeAttribute(writer, name, value));
  if (node.domain !== "") writer.tag(7, LENGTH).string(node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, value: AttributeValue): void {
  writer.tag(1, LENGTH).string(name);
  if (typeof value === "number") {
    writer.tag(3, VARINT).int64(value);
    writer.tag(20, VARINT).int32(2);
  } else if (typeof value === "string") {
    writer.tag(4, LENGTH).bytes(new TextEncoder().encode(value));
    writer.tag(20, VARINT).int32(3);
  } else if ("graph" in value) {
    message(writer, 6, () => writeGraph(writer, value.graph));
    writer.tag(20, VARINT).int32(5);
  } else if ("float" in value) {
    writer.tag(2, FIXED32).float(value.float);
    writer.tag(20, VARINT).int32(1);
  } else {
    for (const item of value) writer.tag(8, VARINT).int64(item);
    writer.tag(20, VARINT).int32(7);
  }
}

function writeConstant(writer: BinaryWriter, constant: ConstantSpec): void {
  for (const size of constant.shape) writer.tag(1, VARINT).int64(size);
  writer.tag(2, VARINT).int32(ELEMENT_TYPES[constant.type]);
  writer.tag(8, LENGTH).string(constant.name);
  if (!isExternal(constant)) {
    writer.tag(9, LENGTH).bytes(constant.bytes);
    return;
  }
  for (const [key, value] of [
    ["location", constant.name],
    ["offset", "0"],
    ["length", String(constant.bytes.length)],
  ] as const) {
    message(writer, 13, () => {
      writer.tag(1, LENGTH).string(key);
      writer.tag(2, LENGTH).string(value);
    });
  }
  writer.tag(14, VARINT).int32(DATA_LOCATION_EXTERNAL);
}

function writeValue(writer: BinaryWriter, value: ValueSpec): void {
  writer.tag(1, LENGTH).string(value.name);
  message(writer, 2, () => {
    message(writer, 1, () => {
      writer.tag(1, VARINT).int32(ELEMENT_TYPES[value.type]);
      message(writer, 2, () => {
        for (const size of value.shape) {
          message(writer, 1, () => {
            if (typeof size === "number") writer.tag(1, VARINT).int64(size);
            else writer.tag(2, LENGTH).string(size);
          });
        }
      });
    });
  });
}
