import { CheckpointError, show } from "../../errors.ts";

/** A model on Hugging Face's hub. */
export interface HubSpec {
  /** `owner/name`. */
  readonly repo: string;
  /** A GGUF file of it by its path; null for weights in safetensors. */
  readonly file: string | null;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

const PREFIX = "hf:";
const PART = String.raw`[\w-][\w.-]*`;
const SPEC = new RegExp(
  String.raw`^hf:(${PART}/${PART})(?:/((?:${PART}/)*${PART}\.gguf))?(?:@(${PART}(?:/${PART})*))?$`,
);

/** Whether a text names a model on the hub, rightly or not. */
export function isHubSpec(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** The text that `parseHubSpec` reads. */
export function hubName({ repo, file, revision }: HubSpec): string {
  return `${PREFIX}${repo}${file === null ? "" : `/${file}`}@${revision}`;
}

/**
 * Reads `hf:owner/name`, `hf:owner/name/file.gguf`, either with `@revision`.
 *
 * @throws CheckpointError for anything else
 */
export function parseHubSpec(text: string): HubSpec {
  const [, repo, file, revision] = SPEC.exec(text) ?? [];
  if (repo === undefined || text.includes(".."))
    throw new CheckpointError(
      `Expected a model on the hub as hf:owner/name, hf:owner/name/file.gguf or either with @revision, got ${show(text)}.`,
    );
  return { repo, file: file ?? null, revision: revision ?? "main" };
}

/** A data set on Hugging Face's hub. */
export interface HubDatasetSpec {
  /** `owner/name`, or `name` for the hub's oldest ones. */
  readonly repo: string;
  readonly revision: string;
}

const DATASET_SPEC = new RegExp(String.raw`^hf:(?:datasets/)?(${PART}(?:/${PART})?)(?:@(${PART}(?:/${PART})*))?$`);

/**
 * Reads `hf:datasets/owner/name` or, where a data set is meant anyway, `hf:owner/name`; either with `@revision`.
 *
 * @throws CheckpointError for anything else
 */
export function parseHubDataset(text: string): HubDatasetSpec {
  const [, repo, revision] = DATASET_SPEC.exec(text) ?? [];
  if (repo === undefined || text.includes(".."))
    throw new CheckpointError(
      `Expected a data set on the hub as hf:datasets/owner/name or hf:owner/name, either with @revision, got ${show(text)}.`,
    );
  return { repo, revision: revision ?? "main" };
}
