import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { writeFileAtomically } from "../host/write-file.ts";
import { foreignJson } from "../text/foreign-json.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's own folder for what aha remembers: AHA_CONFIG_DIR, or `aha` where the system keeps settings. */
function configFolder(environment: Environment = process.env, platform: string = process.platform): string {
  const given = environment["AHA_CONFIG_DIR"] ?? "";
  if (given !== "") return given;
  const system = environment[platform === "win32" ? "APPDATA" : "XDG_CONFIG_HOME"] ?? "";
  return join(isAbsolute(system) ? system : join(homedir(), ".config"), "aha");
}

/** A list that is remembered for this user; one that is missing or damaged is empty. */
export function userList(file: string): readonly unknown[] {
  try {
    const { value } = foreignJson(readFileSync(join(configFolder(), file)));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/**
 * Remembers a list for this user alone.
 *
 * @param most how many are kept, of the newest
 * @returns whether it could be written
 */
export async function keepUserList(file: string, list: readonly unknown[], most: number): Promise<boolean> {
  const folder = configFolder();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await writeFileAtomically(join(folder, file), `${JSON.stringify(list.slice(-most), null, 1)}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
