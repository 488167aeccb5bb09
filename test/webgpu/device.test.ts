import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRunStore } from "../../src/store/index.ts";
import { aha, newFolder } from "../run/cli-run.ts";
import { useSwiftShader } from "./swiftshader.ts";

const missing = useSwiftShader();

describe.skipIf(missing !== undefined)(`a device${missing === undefined ? "" : ` (${missing})`}`, () => {
  test("doctor finds it, and auto leaves it", () => {
    const { code, stderr } = aha("doctor", "--json");
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^webgpu +SwiftShader.*gradients, an update and draws within \de-\d of the CPU's; no GPU, so `auto` never takes it$/m,
    );
    expect(stderr).not.toContain("Next:");
  });

  test("a run on it records what it is, says so with each step, and goes on there", () => {
    const folder = join(newFolder(), "run");
    const few = ["--problems-per-step", "2", "--group-size", "2", "--max-completion-tokens", "8"];
    const unmeasured = ["--no-preflight", "--evaluation-problems", "1", "--evaluation-samples", "1"];
    const made = aha("zero", "--steps", "1", "--run", folder, "--device", "webgpu", ...few, ...unmeasured);
    expect(made.code).toBe(0);
    expect(made.stderr).toMatch(
      /^Computes on webgpu: SwiftShader.*gradients, an update and draws within \de-\d of the CPU's\.$/m,
    );
    expect(made.stderr).toMatch(/^step 1\/1 .* on webgpu: writing \d.* at .* tok\/s, training \d.* at .* tok\/s/m);
    const store = openRunStore(folder, { readOnly: true });
    expect(store.config).toMatchObject({
      device: "webgpu",
      deviceTest: { adapter: "SwiftShader (on the processor)", driver: "unknown" },
    });
    store.close();
    const again = aha("resume", folder, "--steps", "2");
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/^step 2\/2 .* on webgpu: /m);
  });
});
