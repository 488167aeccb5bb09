import type * as ort from "onnxruntime-node";
import type { ElementType } from "./model-proto.ts";
import type { EngineTensor, TensorData } from "./engine.ts";

/** A tensor in the process's own memory: nothing is to be moved. */
export class OrtTensor implements EngineTensor {
  constructor(readonly value: ort.Tensor) {}

  get type(): ElementType {
    return this.value.type as ElementType;
  }

  get dims(): readonly number[] {
    return this.value.dims;
  }

  read(): Promise<TensorData> {
    return Promise.resolve(this.value.data as TensorData);
  }

  refresh(): void {}

  async write(data: TensorData): Promise<void> {
    (this.value.data as Float32Array).set(data as Float32Array);
  }

  dispose(): void {
    this.value.dispose();
  }
}
