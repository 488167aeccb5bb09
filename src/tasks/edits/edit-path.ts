import { show } from "../../errors.ts";

const LONGEST_PATH = 300;
const CONTROLS = /[\p{Cc}\p{Cf}\p{Cs}\\]/u;

/** Why a path can't be that of an edited file: only plain relative ones can, written in one way. */
export function wrongPath(path: string): string | undefined {
  if (path === "" || path.length > LONGEST_PATH) return `a path of 1 to ${LONGEST_PATH} characters is expected`;
  if (CONTROLS.test(path)) return `the path ${show(path)} has characters that no path should have`;
  if (path.startsWith("/") || path.startsWith("~") || /^[a-z]:/i.test(path))
    return `the path ${show(path)} is absolute`;
  const parts = path.split("/");
  if (parts.includes("..")) return `the path ${show(path)} leads out of the repository`;
  if (parts.some((part) => part === "" || part === "." || part !== part.trim()))
    return `the path ${show(path)} isn't written plainly`;
  if (parts.some((part) => /^\.git\.*$/i.test(part) || /^git~\d/i.test(part)))
    return `the path ${show(path)} is git's own`;
  return undefined;
}

/** Whether a path is one of some, or lies in a folder that is one of them; `*` stands for any part of a name. */
export function isAmong(path: string, patterns: readonly string[]): boolean {
  const parts = path.split("/");
  const places = parts.map((_, end) => parts.slice(0, end + 1).join("/"));
  return patterns.some((pattern) => {
    const named = pattern.replace(/\/$/, "");
    // A name without a folder is meant wherever it stands.
    const subjects = named.startsWith("**/") ? parts : places;
    return subjects.some((subject) => fits(subject, named.replace(/^\*\*\//, "")));
  });
}

/** Linear in the text: the pieces between stars come one after the other. */
function fits(text: string, pattern: string): boolean {
  const pieces = pattern.split("*");
  if (pieces.length === 1) return text === pattern;
  const [first, last] = [pieces[0]!, pieces.at(-1)!];
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > text.length - last.length) return false;
    at = found + piece.length;
  }
  return true;
}

/** Files that decide on how tests run; an answer may not write them unless the task says so. */
export const RUNNER_FILES: readonly string[] = [
  ..."conftest.py pytest.ini .pytest.ini pyproject.toml setup.cfg setup.py tox.ini noxfile.py".split(" "),
  ..."sitecustomize.py usercustomize.py *.pth *.pyc __pycache__ _pytest pytest pytest.py unittest unittest.py".split(
    " ",
  ),
  ..."package.json package-lock.json .npmrc .yarnrc* .nvmrc node_modules jest.config.* vitest.config.*".split(" "),
  ..."vite.config.* .mocharc* babel.config.* .babelrc* tsconfig*.json go.mod go.sum go.work".split(" "),
  ..."Makefile .gitattributes .gitmodules .gitignore *.so *.node *.wasm".split(" "),
].map((name) => `**/${name}`);
