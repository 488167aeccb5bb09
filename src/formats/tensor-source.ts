import { noteGarbage } from "../host/collect-garbage.ts";
import type { ParameterInfo } from "../model/parameters.ts";
import type { TensorSource } from "./safetensors.ts";
import { transposeInto } from "./transpose.ts";

/** A parameter as a file holds it: in Hugging Face's layout, made when it is written. */
export function tensorSource(
  info: ParameterInfo,
  parameters: Float32Array,
  changed: (info: ParameterInfo, values: Float32Array) => Float32Array = (_info, values) => values,
): TensorSource {
  const view = parameters.subarray(info.offset, info.offset + info.size);
  if (!info.transposed) return { name: info.name, shape: info.shape, data: () => changed(info, view) };
  const [rows, columns] = info.shape as [number, number];
  const data = (): Float32Array => {
    const turned = new Float32Array(info.size);
    transposeInto({ values: changed(info, view), rows, columns }, turned);
    noteGarbage(turned.byteLength);
    return turned;
  };
  return { name: info.name, shape: [columns, rows], data };
}
