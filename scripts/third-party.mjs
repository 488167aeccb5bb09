/** The notices of the packages that are in a bundle: their licences ask for them in every copy. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The licences of packages that come without their file, in licences/. */
const WITHOUT_FILE = {
  "@bufbuild/protobuf": "bufbuild-protobuf.txt",
  "onnxruntime-common": "onnxruntime.txt",
  "onnxruntime-web": "onnxruntime.txt",
};
const LICENCES = join(dirname(fileURLToPath(import.meta.url)), "licences");

/** The folder of the package that a module belongs to; null for a module of ours. */
function packageFolder(module) {
  if (!/[\\/]node_modules[\\/]/.test(module)) return null;
  for (let folder = dirname(module); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (
      existsSync(manifest) &&
      JSON.parse(readFileSync(manifest, "utf8")).name !== undefined &&
      /[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+$/.test(folder)
    )
      return folder;
    if (dirname(folder) === folder) throw new Error(`Expected a package around ${module}.`);
  }
}

/** @throws where there is none */
function licenceFile(name, folder) {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
  if (file !== undefined) return join(folder, file);
  const ours = WITHOUT_FILE[name];
  if (ours === undefined) throw new Error(`Expected a licence file in the package ${name}, which is bundled.`);
  return join(LICENCES, ours);
}

/**
 * @param modules the paths of a bundle's modules
 * @returns the text of THIRD-PARTY.txt
 * @throws where a package has no licence file: its words must then be found and put here
 */
export function thirdPartyNotices(modules) {
  const paths = modules.map((module) => module.replace(/^\0/, "").replace(/\?.*$/, ""));
  const folders = [...new Set(paths.map(packageFolder).filter((folder) => folder !== null))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const notices = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version} (${license})\n\n${readFileSync(licenceFile(name, folder), "utf8").trim()}\n`;
  });
  return ["The dashboard's page holds these packages of others, each under its own licence.\n", ...notices].join(
    `\n${"-".repeat(80)}\n\n`,
  );
}
