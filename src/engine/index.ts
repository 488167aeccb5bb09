export { farthestWhole, withDynamicProducts } from "./dynamic-products.ts";
export { DEFAULT_DEVICE, DEVICE_NAMES, engineEnvironment, engineFor, isApart } from "./devices.ts";
export type {
  DenseTensor,
  Engine,
  EngineTensor,
  Program,
  ProgramInputs,
  ProgramOptions,
  TensorData,
} from "./engine.ts";
export { forWebGpu } from "./for-webgpu.ts";
export { withHalfInputs } from "./half-inputs.ts";
export {
  QUANTISED_BLOCK,
  quantiseWeight,
  quantisedNames,
  quantisedShapes,
  withQuantisedInputs,
  withQuantisedProducts,
  type QuantisedBits,
  type QuantisedWeight,
} from "./quantised-products.ts";
export { readFloats } from "./read-floats.ts";
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
export { inWholeColumns, type MatrixWeight } from "./whole-columns.ts";
