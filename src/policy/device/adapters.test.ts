import { expect, test } from "vitest";
import { isSoftwareAdapter, readMacDisplays, readVulkanSummary } from "./adapters.ts";

const SUMMARY = `Devices:
========
GPU0:
\tapiVersion         = 1.3.255
\tdeviceType         = PHYSICAL_DEVICE_TYPE_CPU
\tdeviceName         = llvmpipe (LLVM 15.0.6, 256 bits)
\tdriverName         = llvmpipe
\tdriverInfo         = Mesa 22.3.6 (LLVM 15.0.6)
GPU1:
\tapiVersion         = 1.4.303
\tdeviceType         = PHYSICAL_DEVICE_TYPE_DISCRETE_GPU
\tdeviceName         = NVIDIA GeForce RTX 4090
\tdriverName         = NVIDIA
\tdriverInfo         = 580.159.04
`;

test("the fastest kind of device of Vulkan's summary is taken", () => {
  expect(readVulkanSummary(SUMMARY)).toEqual({ adapter: "NVIDIA GeForce RTX 4090", driver: "NVIDIA 580.159.04" });
  expect(readVulkanSummary("Devices:\n")).toBeNull();
  expect(readVulkanSummary("GPU0:\n")).toEqual({ adapter: "unknown", driver: "unknown" });
});

test("a Mac's GPU is read of what it tells of its displays", () => {
  expect(readMacDisplays('{"SPDisplaysDataType":[{"sppci_model" : "Apple M3 Pro"}]}')?.adapter).toBe("Apple M3 Pro");
  expect(readMacDisplays("{}")).toBeNull();
});

test.each([
  ["SwiftShader (on the processor)", true],
  ["llvmpipe (LLVM 15.0.6, 256 bits)", true],
  ["Microsoft Basic Render Driver", true],
  ["NVIDIA H200", false],
  ["unknown", false],
])("%s is computed on the processor: %s", (adapter, isSoftware) => {
  expect(isSoftwareAdapter({ adapter, driver: "" })).toBe(isSoftware);
});
