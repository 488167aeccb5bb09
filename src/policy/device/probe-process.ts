/** The process that tries a device: what a driver does wrong can end a process, and here it ends no other. */
import { DEFAULT_DEVICE } from "../../engine/index.ts";
import { engineInfo } from "../../engine/engine-info.ts";
import { logDiscovery } from "../../engine/log-discovery.ts";
import { EngineError } from "../../errors.ts";
import { answerAsked } from "../../host/ask-process.ts";
import { secondsOfStep } from "./measure-step.ts";
import type { ProbeNews, ProbeRequest } from "./probe-messages.ts";
import { testDevice, type DeviceTest } from "./test-device.ts";
import type { TestedModel } from "./tested-model.ts";

answerAsked<ProbeRequest, ProbeNews>(async ({ asks, device, tested, threads }, tell) => {
  if (asks === "test") return tell({ test: await testOf(device, tested) });
  const cpu = await secondsOfStep({ device: DEFAULT_DEVICE, threads }, tested);
  return tell({ step: { cpu, device: await secondsOfStep({ device, threads }, tested) } });
});

async function testOf(device: string, tested: TestedModel): Promise<DeviceTest> {
  await logDiscovery();
  const { providers } = await engineInfo();
  if (!providers.includes(device))
    throw new EngineError(
      `ONNX Runtime for ${process.platform} ${process.arch} comes without ${device}; use \`device: cpu\`.`,
    );
  return testDevice(device, tested);
}
