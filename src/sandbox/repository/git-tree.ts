import { execFile } from "node:child_process";
import { lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { TaskError, show } from "../../errors.ts";
import { deadlinePassed, SandboxError } from "./sandbox-error.ts";

const run = promisify(execFile);

const MOST_TREE_FILES = 50_000;
const MOST_TREE_BYTES = 500_000_000;
const MOST_OUTPUT = 64_000_000;

/** What git may know of this machine: nothing. The environment comes with each call. */
const QUIET: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LC_ALL: "C",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_NO_LAZY_FETCH: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
};

/** A commit, and the seconds that each call of git's may take. */
export interface BaseCommit {
  readonly baseCommit: string;
  readonly seconds: number;
}

/**
 * The base commit of a task, of which work copies are written. Git reads the repository's objects alone: it runs in an
 * empty git folder of ours, so that no configuration, hook, filter or submodule of the repository's takes effect.
 */
export class GitTree {
  private constructor(
    private readonly environment: Readonly<Record<string, string>>,
    private readonly seconds: number,
    /** Names the files of the base commit by their content. */
    readonly treeId: string,
  ) {}

  /**
   * @param repository a folder with a bare repository
   * @param own a folder of the caller's
   * @throws TaskError for a repository without the base commit, or one that is too large
   */
  static async open(repository: string, { baseCommit, seconds }: BaseCommit, own: string): Promise<GitTree> {
    const objects = join(repository, "objects");
    for (const place of [repository, objects]) {
      if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory() !== true)
        throw new TaskError(
          `Expected a bare git repository at ${show(repository)}, got none; make it as a bare clone.`,
        );
    }
    if (lstatSync(join(objects, "info", "alternates"), { throwIfNoEntry: false }) !== undefined)
      throw new TaskError(
        `Expected ${show(repository)} to have all of its objects, but it borrows some (objects/info/alternates); run \`git repack -ad\` there.`,
      );
    const git = join(own, "git");
    mkdirSync(git, { recursive: true });
    const environment = { ...QUIET, HOME: git, GIT_DIR: git, GIT_INDEX_FILE: join(own, "index") };
    await runGit(["init", "--quiet", "--bare", `--object-format=${formatOf(baseCommit)}`, git], environment, seconds);
    const reading = { ...environment, GIT_OBJECT_DIRECTORY: objects };
    const treeId = await baseTree(reading, baseCommit, repository, seconds);
    await checkSize(reading, treeId, repository, seconds);
    await runGit(["read-tree", treeId], reading, seconds);
    return new GitTree(reading, seconds, treeId);
  }

  /** Writes the files of the base commit into an empty folder. Submodules stay empty. */
  async writeTo(folder: string): Promise<void> {
    const place = { ...this.environment, GIT_WORK_TREE: folder };
    await runGit(["-c", "core.symlinks=true", "checkout-index", "--all", "--quiet"], place, this.seconds, { folder });
  }

  /** Packs a commit with its files, without what came before it. @returns the file, in a folder of the caller's */
  async pack(commit: string, folder: string): Promise<string> {
    const { environment, seconds } = this;
    const listed = await runGit(
      ["ls-tree", "-r", "-t", "-z", "--format=%(objecttype) %(objectname)", this.treeId],
      environment,
      seconds,
    );
    const objects = listed.split("\0").flatMap((line) => (/^(?:blob|tree) /.test(line) ? [line.split(" ")[1]!] : []));
    const names = [...new Set([commit, this.treeId, ...objects])].join("\n");
    const name = await runGit(["pack-objects", "--quiet", "--threads=1", join(folder, "base")], environment, seconds, {
      input: `${names}\n`,
    });
    return join(folder, `base-${name.trim()}.pack`);
  }
}

/** Makes the index of a pack that anybody may have made. @throws SandboxError where it is none */
export async function indexPack(pack: string, commit: string, seconds: number): Promise<void> {
  try {
    await runGit(["index-pack", `--object-format=${formatOf(commit)}`, pack], { ...QUIET, HOME: "/" }, seconds);
  } catch (error) {
    if (error instanceof SandboxError) throw error;
    throw new SandboxError("the task's bundle can't be used: its pack is damaged", { cause: error });
  }
}

function formatOf(commit: string): "sha1" | "sha256" {
  return commit.length === 64 ? "sha256" : "sha1";
}

async function baseTree(
  environment: Readonly<Record<string, string>>,
  commit: string,
  repository: string,
  seconds: number,
): Promise<string> {
  try {
    return (await runGit(["rev-parse", "--verify", "--quiet", `${commit}^{tree}`], environment, seconds)).trim();
  } catch (error) {
    if (error instanceof SandboxError) throw error;
    throw new TaskError(
      `Expected the repository ${show(repository)} to have the base commit ${commit}, got none; correct \`baseCommit\` or fetch it.`,
      { cause: error },
    );
  }
}

async function checkSize(
  environment: Readonly<Record<string, string>>,
  tree: string,
  repository: string,
  seconds: number,
): Promise<void> {
  const listed = (await runGit(["ls-tree", "-r", "-z", "-l", tree], environment, seconds)).split("\0");
  const bytes = listed.reduce((sum, line) => sum + (Number(/^\d+ \w+ \w+ +(\d+)\t/.exec(line)?.[1]) || 0), 0);
  if (listed.length > MOST_TREE_FILES || bytes > MOST_TREE_BYTES)
    throw new TaskError(
      `Expected the repository ${show(repository)} to have at most ${MOST_TREE_FILES} files and ${MOST_TREE_BYTES} bytes at its base commit, got ${listed.length} and ${bytes}; take a part of it.`,
    );
}

async function runGit(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  seconds: number,
  { folder = "/", input }: { readonly folder?: string; readonly input?: string } = {},
): Promise<string> {
  try {
    const running = run("git", [...parameters], {
      cwd: folder,
      env: { ...environment },
      timeout: 1000 * seconds,
      killSignal: "SIGKILL",
      maxBuffer: MOST_OUTPUT,
    });
    // What git doesn't read it has no need of; how it ended says what went wrong.
    running.child.stdin?.on("error", () => undefined).end(input ?? "");
    return (await running).stdout;
  } catch (error) {
    const { code, killed } = error as NodeJS.ErrnoException & { readonly killed?: boolean };
    if (code === "ENOENT") throw new SandboxError("git isn't installed", { cause: error });
    if (killed === true) throw deadlinePassed("setting up", seconds, error);
    throw error;
  }
}
