import { CheckpointError } from "../errors.ts";
import { showJson } from "./show-json.ts";

/** A field reader of one config.json; every method throws a CheckpointError that names the field and the file. */
export class JsonFields {
  constructor(
    private readonly json: Readonly<Record<string, unknown>>,
    readonly where: string,
  ) {}

  /** The value of an own field; null counts as absent. */
  get(name: string): unknown {
    const value = Object.hasOwn(this.json, name) ? this.json[name] : undefined;
    return value === null ? undefined : value;
  }

  /** Whether the field stands there, even as null. */
  has(name: string): boolean {
    return Object.hasOwn(this.json, name);
  }

  fail(name: string, expected: string, advice = "correct the file"): never {
    throw new CheckpointError(
      `Expected \`${name}\` in ${this.where} to be ${expected}, got ${showJson(this.get(name))}; ${advice}.`,
    );
  }

  integer(name: string, least: number, most: number, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.fail(name, `an integer from ${least} to ${most}`);
  }

  number(name: string, least: number, most: number, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    if (typeof value === "number" && value >= least && value <= most) return value;
    return this.fail(name, `a number from ${least} to ${most}`);
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.get(name) ?? otherwise;
    return typeof value === "boolean" ? value : this.fail(name, "true or false");
  }

  choice(name: string, choices: readonly string[], otherwise?: string): string {
    const value = this.get(name) ?? otherwise;
    return typeof value === "string" && choices.includes(value)
      ? value
      : this.fail(name, `one of ${choices.join(", ")}`, "use a model with one of them");
  }

  tokenId(name: string, vocabSize: number): number | null {
    // Old Llama files say -1 for none.
    return this.get(name) === undefined || this.get(name) === -1 ? null : this.integer(name, 0, vocabSize - 1);
  }

  tokenIds(name: string, vocabSize: number): number[] {
    const value = this.get(name) ?? [];
    const ids: unknown[] = Array.isArray(value) ? value : [value];
    if (ids.length <= 64 && ids.every((id) => Number.isInteger(id) && Number(id) >= 0 && Number(id) < vocabSize))
      return ids as number[];
    return this.fail(name, `token ids from 0 to ${vocabSize - 1}`);
  }
}
