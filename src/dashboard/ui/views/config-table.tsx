import type { VNode } from "preact";
import type { RunDetail } from "../../api.ts";
import { PlainText } from "../completions/completion-text.tsx";

/** Everything that decided what a run computes. */
export function ConfigTable({ config }: { readonly config: RunDetail["config"] }): VNode {
  return (
    <table class="config">
      <caption class="unseen">Configuration</caption>
      <tbody>
        {flat(config).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <PlainText text={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The settings in which runs differ, side by side. */
export function ConfigDifferences({ runs }: { readonly runs: readonly RunDetail[] }): VNode {
  const configs = runs.map(({ config }) => new Map(flat(config)));
  const names = [...new Set(configs.flatMap((config) => [...config.keys()]))].filter(
    (name) => new Set(configs.map((config) => config.get(name))).size > 1,
  );
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">What differs in their settings</h2>
      {names.length === 0 ? (
        <p>Nothing: their settings are the same.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Settings of the runs">
          <table class="config">
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {runs.map(({ id }) => (
                  <th scope="col" key={id}>
                    <bdi>{id}</bdi>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name}>
                  <th scope="row">
                    {wordsOf(name)} <code class="faint">{name}</code>
                  </th>
                  {configs.map((config, i) => (
                    <td key={i}>
                      <PlainText text={config.get(name) ?? "–"} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** `groupSize` in words: `group size`. */
function wordsOf(name: string): string {
  return name.replaceAll(".", " ").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Nested settings by their path, `options.groupSize`. Settings that are lists stay whole. */
function flat(config: Readonly<Record<string, unknown>>, path: string = ""): [string, string][] {
  return Object.entries(config).flatMap(([name, value]): [string, string][] => {
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return flat(value as Readonly<Record<string, unknown>>, `${path}${name}.`);
    return [[`${path}${name}`, typeof value === "string" ? value : JSON.stringify(value)]];
  });
}
