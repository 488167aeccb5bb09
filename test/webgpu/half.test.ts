import { describe, expect, test } from "vitest";
import { engineFor } from "../../src/engine/index.ts";
import { checkHalves } from "../../src/policy/device/base-precision.ts";
import { useSwiftShader } from "./swiftshader.ts";

const missing = useSwiftShader();

describe.skipIf(missing !== undefined)(`16 bits on a GPU${missing === undefined ? "" : ` (${missing})`}`, () => {
  test("a device that can't hold them says so, and goes on", async () => {
    const engine = await engineFor("webgpu");
    expect(await engine.hasFloat16()).toBe(false);
    await expect(checkHalves(engine, { basePrecision: "float16" })).rejects.toThrow(
      'Expected the device webgpu to hold numbers of 16 bits, it doesn\'t; use `basePrecision: "float32"`.',
    );
    const tensor = engine.zeros([3]);
    await tensor.write(Float32Array.of(1, 2, 3));
    expect(await tensor.read()).toEqual(Float32Array.of(1, 2, 3));
    await engine.dispose();
  });
});
