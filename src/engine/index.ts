export { childEnvironment, environmentWithoutSecrets } from "../host/child-environment.ts";
export { noteGarbage } from "./collect-garbage.ts";
export {
  ELEMENT_TYPES,
  type AttributeValue,
  type ConstantSpec,
  type Dimension,
  type ElementType,
  type ModelSpec,
  type NodeSpec,
  type ValueSpec,
} from "./model-proto.ts";
export {
  createSession,
  inputTensor,
  type DenseTensor,
  type InputTensor,
  type Session,
  type SessionOptions,
  type TensorData,
} from "./session.ts";
export { openThread, programArguments, type ThreadOptions } from "../host/open-thread.ts";
export {
  startWorker,
  workerModule,
  type WorkerCalls,
  type WorkerHandle,
  type WorkerProgram,
} from "../host/worker-host.ts";
