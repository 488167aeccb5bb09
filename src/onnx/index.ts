export { noteGarbage } from "./collect-garbage.ts";
export { ELEMENT_TYPES, type AttributeValue, type ConstantSpec, type Dimension, type ElementType, type ModelSpec, type NodeSpec, type ValueSpec } from "./model-proto.ts";
export { createSession, inputTensor, type DenseTensor, type InputTensor, type Session, type SessionOptions, type TensorData } from "./session.ts";
export { startWorker, programArguments, workerModule, type WorkerCalls, type WorkerHandle, type WorkerProgram } from "./worker-host.ts";
