import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openRunStore } from "../../src/store/index.ts";
import { aha, newFolder, smallRun, type CliResult } from "../run/cli-run.ts";

const onLinux = process.platform === "linux";
const why = onLinux ? "" : " (only Vulkan's loader can be told to find none)";

/** The last line of standard output. */
function answer({ stdout }: CliResult): { readonly devices: readonly Record<string, unknown>[] } {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as ReturnType<typeof answer>;
}

const TEST = { adapter: "a GPU", driver: "7.1", worstError: 5.7e-6 };

describe.skipIf(!onLinux)(`a machine without a GPU${why}`, () => {
  beforeAll(() => {
    // For the processes that are started: Vulkan's loader then finds no driver.
    process.env["VK_ICD_FILENAMES"] = join(newFolder(), "none.json");
    delete process.env["AHA_CUDA"];
  });

  test("doctor says what is missing, and is as ready as before", () => {
    const doctor = aha("doctor", "--json");
    expect(doctor.code).toBe(0);
    const { devices } = answer(doctor);
    expect(devices.map(({ device, usable, auto, test: tested }) => ({ device, usable, auto, test: tested }))).toEqual([
      { device: "webgpu", usable: false, auto: false, test: null },
      { device: "cuda", usable: false, auto: false, test: null },
    ]);
    expect(doctor.stderr).toMatch(/^webgpu +no: No GPU was found that WebGPU can use; install its driver/m);
    expect(doctor.stderr).toMatch(/^cuda +no: AHA_CUDA names no folder/m);
    expect(doctor.stderr).toMatch(/^Verdict: (ready|limited)/m);
  });

  test("bench of a device that isn't there says so, and measures nothing", () => {
    const bench = aha("bench", "--device", "webgpu", "--json");
    expect(bench.code).toBe(1);
    expect(answer(bench).devices).toMatchObject([
      { device: "webgpu", worstError: null, speeds: [], problem: expect.stringMatching(/^No GPU was found/) as string },
    ]);
  });

  test("a run that names one is refused in one line, before anything is written", () => {
    const folder = join(newFolder(), "run");
    const { code, stdout, stderr } = aha(...smallRun(folder, 1), "--device", "webgpu", "--quiet");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^aha: Expected --device "webgpu" to be of use here, but: No GPU was found.*--device cpu.*\n$/,
    );
    expect(existsSync(folder)).toBe(false);
  });

  test("an evaluation by what is faster stays on the CPU, and says why", () => {
    const asked = ["--problems", "1", "--samples", "1", "--max-completion-tokens", "16", "--device", "auto"];
    const { code, stderr } = aha("eval", "models/countdown-base", ...asked);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Computes on the CPU: a model of 0\.\dM parameters is too small/m);
  });

  test("a run that was trained on one goes on on the CPU where it is told so", () => {
    const folder = join(newFolder(), "run");
    expect(aha(...smallRun(folder, 1)).code).toBe(0);
    const store = openRunStore(folder);
    expect(Object.keys(store.config).filter((name) => /device/i.test(name))).toEqual([]);
    store.changeConfig({ ...store.config, device: "webgpu", deviceTest: TEST });
    store.close();

    const refused = aha("resume", folder, "--steps", "2");
    expect(refused.code).toBe(2);
    const [line] = refused.stderr.split("\n").filter((text) => text.startsWith("aha: "));
    expect(line).toMatch(
      /Expected the device that the run was trained on, "webgpu" \(a GPU, driver 7\.1\), got none that can be used; go on where it is, or with --device cpu, from here on to other bytes\./,
    );

    const resumed = aha("resume", folder, "--steps", "2", "--device", "cpu");
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toMatch(/Goes on with .*"webgpu" -> "cpu".* has not the bytes/);
    const after = openRunStore(folder, { readOnly: true });
    expect(after.lastStep()).toBe(2);
    expect(after.config).toMatchObject({ device: "cpu", steps: 2 });
    expect(after.config["deviceTest"]).toBeUndefined();
    after.close();
  });
});
