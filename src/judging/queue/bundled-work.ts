import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleTask, unpackTask } from "../../sandbox/repository/task-bundle.ts";
import { SandboxError } from "../../sandbox/repository/sandbox-error.ts";
import type { Work } from "./evaluation-queue.ts";

/** What an evaluator elsewhere needs to judge repository tasks. */
export const BUNDLE_NEED = "bundle";

/** The bundles of repository tasks where their folders are: each is made once, and kept on this machine's disk. */
export class TaskBundles {
  private readonly made = new Map<string, Promise<string>>();
  private own: string | undefined;

  /** The same work, its folder replaced by the hash of its bundle. @throws TaskError for a task that can't be sent */
  async bundled(work: Work): Promise<Work> {
    if (work.kind !== "execution" || work.execution.kind !== "repository") return work;
    const { folder } = work.execution;
    let sha256 = this.made.get(folder);
    if (sha256 === undefined) {
      sha256 = this.make(folder);
      this.made.set(folder, sha256);
      sha256.catch(() => this.made.delete(folder));
    }
    return { ...work, execution: { kind: "bundle", sha256: await sha256 } };
  }

  /** Null for one that wasn't made here. */
  async bytes(sha256: string): Promise<Uint8Array | null> {
    const known = await Promise.all([...this.made.values()].map((made) => made.catch(() => null)));
    return known.includes(sha256) && this.own !== undefined ? readFileSync(join(this.own, sha256)) : null;
  }

  close(): void {
    if (this.own !== undefined) rmSync(this.own, { recursive: true, force: true });
  }

  private async make(folder: string): Promise<string> {
    const { sha256, bytes } = await bundleTask(folder);
    this.own ??= mkdtempSync(join(tmpdir(), "aha-bundles-"));
    writeFileSync(join(this.own, sha256), bytes);
    return sha256;
  }
}

/** The same on an evaluator's side: folders of bundles that it asked for. */
export class UnpackedTasks {
  private readonly folders = new Map<string, Promise<string>>();
  private own: string | undefined;

  constructor(private readonly content: (sha256: string) => Promise<Uint8Array | null>) {}

  /** @throws SandboxError for a bundle that is gone or damaged; what the question throws */
  folderOf(sha256: string): Promise<string> {
    let folder = this.folders.get(sha256);
    if (folder === undefined) {
      folder = this.unpack(sha256);
      this.folders.set(sha256, folder);
      folder.catch(() => this.folders.delete(sha256));
    }
    return folder;
  }

  close(): void {
    if (this.own !== undefined) rmSync(this.own, { recursive: true, force: true });
  }

  private async unpack(sha256: string): Promise<string> {
    const bytes = await this.content(sha256);
    if (bytes === null) throw new SandboxError("the task's bundle is gone from the queue");
    this.own ??= mkdtempSync(join(tmpdir(), "aha-unpacked-"));
    const folder = mkdtempSync(join(this.own, "task-"));
    await unpackTask(bytes, sha256, folder);
    return folder;
  }
}
