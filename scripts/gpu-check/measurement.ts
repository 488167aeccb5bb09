/** What one section found out, as one line of its output: figures of one thing, by name. */
export interface Measurement {
  /** Who, on which shape, did what: `webgpu smol train-full 8x128`. */
  readonly name: string;
  readonly [figure: string]: number | string | boolean | null;
}

/** A section of the check after it ended. */
export interface SectionResult {
  readonly section: string;
  readonly state: "done" | "failed" | "too late" | "no time left" | "not carried";
  readonly seconds: number;
  readonly measurements: readonly Measurement[];
  /** The last it wrote to its standard error, where it failed. */
  readonly error?: string;
  /** Of the GPU while it ran, as nvidia-smi tells: most memory in MiB, mean utilisation in per cent. */
  readonly gpu?: { readonly peakMebibytes: number; readonly utilization: number };
}

/** What is left behind: gpu-check.json. */
export interface CheckReport {
  /** A try with tiny sizes, whose figures mean nothing. */
  readonly isQuick: boolean;
  readonly machine: Readonly<Record<string, string | number | null>>;
  readonly seconds: number;
  readonly sections: readonly SectionResult[];
  readonly verdict: readonly TargetResult[];
}

/** A target and what was found. */
export interface TargetResult {
  readonly target: string;
  readonly figure: number | string | null;
  readonly state: "reached" | "not reached" | "not measured";
}

/** All measurements by name; of two with one name the later. */
export function measurementsByName(sections: readonly SectionResult[]): Map<string, Measurement> {
  return new Map(sections.flatMap(({ measurements }) => measurements.map((found) => [found.name, found])));
}
