/** The process that makes the steps of a run to time them: its memory is theirs alone. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerAsked } from "../host/ask-process.ts";
import { runZero } from "./run-zero.ts";
import type { StepSpeedNews, StepSpeedRequest } from "./step-speed-messages.ts";
import { peakMegabytesResident } from "../host/peak-memory.ts";

answerAsked<StepSpeedRequest, StepSpeedNews>(async ({ options }, tell) => {
  const folder = await mkdtemp(join(tmpdir(), "aha-steps-"));
  try {
    await runZero(join(folder, "run"), options, {
      onEvent: (event) => {
        if (event.kind !== "step") return;
        const { seconds, rolloutSeconds, updateSeconds, completionTokens, trainedTokens } = event.metrics;
        const step = { seconds, rolloutSeconds, updateSeconds, tokens: completionTokens, trainedTokens };
        tell({ step, peakMegabytes: peakMegabytesResident() });
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
