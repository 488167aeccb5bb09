import type { Split } from "../../records/problem.ts";
import { splitNamed } from "../split-names.ts";

/** Files of a configuration by patterns, as a data set's card names them. */
export interface CardFiles {
  readonly split: Split | null;
  readonly pattern: string;
}

/** A configuration: a part of a data set with a name. */
export interface CardConfig {
  readonly name: string;
  readonly files: readonly CardFiles[];
}

/** More is no card. */
const MOST_LINES = 20_000;
const LONGEST_LINE = 1000;

/**
 * The configurations that the head of a README.md names (`configs:` of Hugging Face's data sets): the part of YAML that
 * such heads are written in, line by line. What isn't understood is passed over.
 */
export function cardConfigs(readme: string): CardConfig[] {
  const head = /^\ufeff?---\r?\n([^]*?)\r?\n---/.exec(readme)?.[1] ?? "";
  const lines = head.split(/\r?\n/, MOST_LINES);
  const start = lines.findIndex((line) => /^configs:\s*$/.test(line));
  if (start < 0) return [];
  const reader = new ConfigReader();
  for (const line of lines.slice(start + 1)) {
    if (/^[^\s#-]/.test(line)) break;
    reader.read(line);
  }
  return reader.done();
}

class ConfigReader {
  private readonly configs: { name: string; files: CardFiles[] }[] = [];
  private split: Split | null = null;
  private patterns: string[] = [];
  private folder = "";

  read(line: string): void {
    if (line.length > LONGEST_LINE) return;
    const [, dash, key, rest = ""] = /^(-\s+)?(?:([a-z_]+):)?(.*)$/.exec(line.trim()) ?? [];
    const value = unquoted(rest.trim());
    if (key === "config_name") {
      this.end();
      this.configs.push({ name: value, files: [] });
      this.folder = "";
      return;
    }
    if (dash !== undefined && (key === "split" || key === "path")) this.end();
    if (key === "split") this.split = splitNamed(value);
    else if (key === "data_dir") this.folder = value;
    else if (key === "path" || key === "data_files") this.add(value);
    else if (key === undefined && dash !== undefined) this.add(value);
  }

  done(): CardConfig[] {
    this.end();
    return this.configs.filter(({ files }) => files.length > 0);
  }

  private add(value: string): void {
    for (const part of value.replace(/^\[|\]$/g, "").split(",")) {
      const pattern = unquoted(part.trim());
      if (pattern !== "") this.patterns.push(pattern);
    }
  }

  private end(): void {
    const config = this.configs.at(-1);
    const inFolder = (pattern: string): string => (this.folder === "" ? pattern : `${this.folder}/${pattern}`);
    if (this.patterns.length === 0 && this.folder !== "" && config?.files.length === 0) this.patterns = ["**"];
    for (const pattern of this.patterns) config?.files.push({ split: this.split, pattern: inFolder(pattern) });
    this.patterns = [];
    this.split = null;
  }
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}
