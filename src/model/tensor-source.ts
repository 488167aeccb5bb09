import type { ParameterInfo } from "./parameters.ts";
import type { TensorSource } from "./safetensors.ts";
import { transposeInto } from "./transpose.ts";

/** A parameter as a file holds it: in Hugging Face's layout, made when it is written. */
export function tensorSource(info: ParameterInfo, parameters: Float32Array): TensorSource {
  const view = parameters.subarray(info.offset, info.offset + info.size);
  if (!info.transposed) return { name: info.name, shape: info.shape, data: () => view };
  const [rows, columns] = info.shape as [number, number];
  const data = (): Float32Array => {
    const turned = new Float32Array(info.size);
    transposeInto(view, rows, columns, turned);
    return turned;
  };
  return { name: info.name, shape: [columns, rows], data };
}
