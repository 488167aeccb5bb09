import type { EngineConfig, ConfigValue } from "./trl-config.ts";

function isTable(value: ConfigValue | undefined): value is EngineConfig {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Numbers keep a point or an exponent that YAML and TOML both read as a number. */
function scalar(value: ConfigValue): string {
  return JSON.stringify(value);
}

/** A config as YAML: tables by indentation, everything else as JSON, which YAML reads. */
export function yamlText(table: EngineConfig, indent: string = ""): string {
  return Object.entries(table)
    .map(([key, value]) =>
      isTable(value) && Object.keys(value).length > 0
        ? `${indent}${key}:\n${yamlText(value, `${indent}  `)}`
        : `${indent}${key === "n" ? '"n"' : key}: ${scalar(value)}\n`,
    )
    .join("");
}

/** A config as TOML. Lists of tables become `[[...]]`; null has no form there. */
export function tomlText(table: EngineConfig, path: readonly string[] = []): string {
  const entries = Object.entries(table);
  const isRows = (value: ConfigValue): value is readonly EngineConfig[] =>
    Array.isArray(value) && value.length > 0 && value.every(isTable);
  const plain = entries.filter(([, value]) => !isTable(value) && !isRows(value));
  const head = path.length === 0 || (plain.length === 0 && entries.length > 0) ? "" : `\n[${path.join(".")}]\n`;
  const lines = plain.map(([key, value]) => `${key} = ${scalar(value)}\n`).join("");
  const inner = entries.flatMap(([key, value]) => {
    const at = [...path, key];
    if (isTable(value)) return [tomlText(value, at)];
    if (!isRows(value)) return [];
    return value.map((row) => `\n[[${at.join(".")}]]\n${inlineRows(row)}`);
  });
  return `${head}${lines}${inner.join("")}`;
}

/** The keys of a row of `[[...]]`; tables in it inline. */
function inlineRows(row: EngineConfig): string {
  return Object.entries(row)
    .map(([key, value]) => `${key} = ${inline(value)}\n`)
    .join("");
}

function inline(value: ConfigValue): string {
  if (!isTable(value)) return scalar(value);
  const inner = Object.entries(value).map(([key, one]) => `${key} = ${inline(one)}`);
  return inner.length === 0 ? "{}" : `{ ${inner.join(", ")} }`;
}
