import { show } from "../errors.ts";
import { isJsonObject } from "../host/show-json.ts";
import { ApiProblem } from "./api-problem.ts";

/** Refuses a field of a request. */
export function refuseField(param: string, expected: string, value: unknown): never {
  throw new ApiProblem(400, `Expected \`${param}\` to be ${expected}, got ${show(value)}.`, { param });
}

/** The fields of a request's body, each checked as it is read; null counts as absent, as clients send it. */
export class BodyFields {
  private readonly values: Readonly<Record<string, unknown>>;

  /**
   * @param inside the place of these fields in the body: `items[3].`
   * @throws ApiProblem 400 for what is no JSON object
   */
  constructor(
    body: unknown,
    private readonly inside: string = "",
  ) {
    if (!isJsonObject(body)) throw new ApiProblem(400, `Expected the body to be a JSON object, got ${show(body)}.`);
    this.values = body;
  }

  /** A field's name as a refusal says it. */
  path(name: string): string {
    return `${this.inside}${name}`;
  }

  /** All of them, as they came. */
  all(): Readonly<Record<string, unknown>> {
    return this.values;
  }

  /** The value as it came; undefined where it is absent. */
  get(name: string): unknown {
    return Object.hasOwn(this.values, name) ? (this.values[name] ?? undefined) : undefined;
  }

  number(name: string, least: number, most: number): number | undefined {
    const value = this.get(name);
    if (value === undefined || (typeof value === "number" && value >= least && value <= most))
      return value as number | undefined;
    return refuseField(this.path(name), `a number from ${least} to ${most}`, value);
  }

  integer(name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.get(name);
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most))
      return value as number | undefined;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
    return refuseField(this.path(name), `an integer ${range}`, value);
  }

  boolean(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "boolean") return value;
    return refuseField(this.path(name), "true or false", value);
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "string") return value;
    return refuseField(this.path(name), "a text", value);
  }

  /** A field that holds fields of its own. */
  object(name: string): BodyFields {
    const value = this.get(name);
    if (value === undefined || isJsonObject(value)) return new BodyFields(value ?? {}, `${this.path(name)}.`);
    return refuseField(this.path(name), "an object", value);
  }
}
