import { existsSync, statSync } from "node:fs";
import { OptionError, show } from "../errors.ts";

/** What `--system` says: the text, or what the file of that name holds. */
export async function withSystem<T extends { readonly system?: string }>(flags: T): Promise<T> {
  const { system } = flags;
  if (system === undefined || !existsSync(system) || !statSync(system).isFile()) return flags;
  const [{ fileText }, { readFile }] = await Promise.all([import("../prompts/index.ts"), import("node:fs/promises")]);
  return { ...flags, system: fileText(await readFile(system, "utf8")) };
}

/** What `--template` names: a template of ours, or the text of a file. @throws OptionError for neither */
export async function withTemplate<T extends { readonly template?: string; readonly system?: string }>(
  given: T,
): Promise<T> {
  const flags = await withSystem(given);
  const { template } = flags;
  if (template === undefined || template === "") return flags;
  const [{ fileText, readTemplate, TEMPLATE_NAMES }, { readFile }] = await Promise.all([
    import("../prompts/index.ts"),
    import("node:fs/promises"),
  ]);
  if (TEMPLATE_NAMES.includes(template)) return flags;
  const read = await readFile(template, "utf8").catch((error: Error) => {
    throw new OptionError(
      `Expected --template to be one of ${TEMPLATE_NAMES.join(", ")} or a file that can be read, got ${show(template)}: ${error.message}.`,
    );
  });
  const text = fileText(read);
  readTemplate(text, template);
  return { ...flags, template: text };
}
