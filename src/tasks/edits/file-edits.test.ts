import fc from "fast-check";
import { expect, test } from "vitest";
import { RUNNER_FILES } from "./edit-path.ts";
import { applyFileEdits, type RefusedEdits } from "./file-edits.ts";
import { normalisedEdits, parseEdits } from "./parse-edits.ts";

const FILES: Readonly<Record<string, string>> = {
  "src/a.py": "def f(a):\n    return a - 1\n\n\ndef g(a):\n    return a\n",
  "win.txt": "one\r\ntwo\r\n",
  "open.txt": "one\ntwo",
  "binary.bin": "a\0b\n",
  "twice.txt": "x\ny\nx\n",
};

function apply(answer: string): Record<string, string | null> | RefusedEdits {
  const edits = parseEdits(answer);
  if ("wrong" in edits) return edits;
  const texts = applyFileEdits(edits, {
    protectedPaths: ["tests/", "secret.py", ...RUNNER_FILES],
    read: (path) => (Object.hasOwn(FILES, path) ? FILES[path]! : null),
  });
  return texts instanceof Map ? Object.fromEntries(texts) : texts;
}

const block = (path: string, old: string, by: string): string =>
  `${path}\n<<<<<<< SEARCH\n${old}=======\n${by}>>>>>>> REPLACE\n`;
const FIXED = "def f(a):\n    return a + 1\n\n\ndef g(a):\n    return a\n";
const RIGHT_BLOCK = block("src/a.py", "    return a - 1\n", "    return a + 1\n");
const RIGHT_DIFF = `diff --git a/src/a.py b/src/a.py
--- a/src/a.py
+++ b/src/a.py
@@ -1,4 +1,4 @@
 def f(a):
-    return a - 1
+    return a + 1
 
 
`;

test("blocks and diffs give the edited files", () => {
  expect(apply(RIGHT_BLOCK)).toEqual({ "src/a.py": FIXED });
  expect(apply(`The bug is here:\n\n\`src/a.py\`\n\`\`\`python\n${RIGHT_BLOCK.slice(9)}\`\`\`\n`)).toEqual({
    "src/a.py": FIXED,
  });
  expect(apply(RIGHT_DIFF)).toEqual({ "src/a.py": FIXED });
  // Another line than it says, but the text stands once.
  expect(apply(RIGHT_DIFF.replace("-1,4 +1,4", "-7,4 +7,4"))).toEqual({ "src/a.py": FIXED });
  expect(apply(block("new.py", "", "x = 1\n"))).toEqual({ "new.py": "x = 1\n" });
  expect(apply("--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x = 1\n")).toEqual({ "new.py": "x = 1\n" });
  expect(apply("--- a/twice.txt\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-x\n-y\n-x\n")).toEqual({ "twice.txt": null });
  expect(apply(block("win.txt", "two\n", "2\n"))).toEqual({ "win.txt": "one\r\n2\r\n" });
  expect(
    apply("--- a/open.txt\n+++ b/open.txt\n@@ -1,2 +1,2 @@\n one\n-two\n\\ No newline at end of file\n+2\n"),
  ).toEqual({
    "open.txt": "one\n2\n",
  });
  // The second hunk's line counts from where the first has moved it.
  expect(apply("--- a/twice.txt\n+++ b/twice.txt\n@@ -1 +1,2 @@\n-x\n+1\n+2\n@@ -3 +4 @@\n-x\n+3\n")).toEqual({
    "twice.txt": "1\n2\ny\n3\n",
  });
});

test("what comes to the same is normalised alike", () => {
  expect(normalisedEdits(`Well.\n${RIGHT_BLOCK}\nDone.`)).toBe(normalisedEdits(RIGHT_BLOCK.replaceAll("\n", "\r\n")));
  expect(normalisedEdits(RIGHT_BLOCK)).not.toBe(normalisedEdits(RIGHT_BLOCK.replace("a + 1", "a + 2")));
});

test.each([
  ["nothing", "I give up.", "there are no edits"],
  ["an absolute path", block("/etc/passwd", "", "x\n"), "is absolute"],
  ["a drive", block("C:/x.py", "", "x\n"), "is absolute"],
  ["a home", block("~/x.py", "", "x\n"), "is absolute"],
  ["the folder above", block("src/../../x.py", "", "x\n"), "leads out of the repository"],
  ["a backslash", block("src\\..\\x.py", "", "x\n"), "characters that no path should have"],
  ["a path in two ways", block("./src/a.py", "x\n", "y\n"), "isn't written plainly"],
  ["git's folder", block(".git/hooks/pre-commit", "", "x\n"), "is git's own"],
  ["git's folder in capitals", block("src/.GIT/config", "", "x\n"), "is git's own"],
  ["git's folder by its short name", block("GIT~1/config", "", "x\n"), "is git's own"],
  ["a protected file", block("secret.py", "x\n", "y\n"), "is protected"],
  ["a protected folder", block("tests/deep/x.py", "", "y\n"), "is protected"],
  ["a conftest", block("src/conftest.py", "", "y\n"), "is protected"],
  ["the runner's config", block("jest.config.mjs", "", "y\n"), "is protected"],
  ["scripts", block("package.json", "", "{}\n"), "is protected"],
  ["options of npm", block(".npmrc", "", "node-options=--require ./x.js\n"), "is protected"],
  ["a module that Python loads by itself", block("sitecustomize.py", "", "y\n"), "is protected"],
  ["a module in pytest's place", block("pytest/__init__.py", "", "y\n"), "is protected"],
  ["text that isn't there", block("src/a.py", "nope\n", "x\n"), "isn't there"],
  ["text within a line", block("src/a.py", "return a\n", "x\n"), "isn't there"],
  ["text that is there twice", block("twice.txt", "x\n", "z\n"), "is there twice"],
  ["a file that is there", block("src/a.py", "", "z\n"), "is there already"],
  ["a file that isn't there", block("src/b.py", "x\n", "z\n"), "there is no file"],
  ["a binary file", block("binary.bin", "b\n", "z\n"), "isn't a text"],
  ["a NUL", block("src/a.py", "    return a\n", "\0\n"), "wouldn't be a text"],
  ["an open block", "src/a.py\n<<<<<<< SEARCH\nx\n=======\ny\n", "has no end"],
  ["a block in a block", block("src/a.py", "<<<<<<< SEARCH\n", "x\n"), "begins inside another"],
  ["a block without a path", block("", "x\n", "y\n"), "has no path above it"],
  ["a binary diff", "diff --git a/x b/x\nGIT binary patch\nliteral 3\n", "a binary file"],
  [
    "a link",
    "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc\n",
    "no plain file",
  ],
  ["a submodule", "new file mode 160000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+Subproject\n", "no plain file"],
  ["a mode", "old mode 100644\nnew mode 100755\n", "changes a file's mode"],
  ["a rename", "rename from src/a.py\nrename to src/b.py\n", "renames or copies"],
  ["context that is off", RIGHT_DIFF.replace(" def f(a)", " def f(b)"), "isn't there"],
  ["a hunk that is cut", RIGHT_DIFF.slice(0, RIGHT_DIFF.indexOf("+    return")), "has other lines than it says"],
  ["50 MB", "x\n".repeat(25_000_000), "longer than 1000000 characters"],
  ["many blocks", block("src/a.py", "x\n", "y\n").repeat(5000), "more than 200"],
  ["a removal of a part", "--- a/twice.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", "isn't all of it"],
])("%s is refused, and soon", (_name, answer, reason) => {
  const start = performance.now();
  const outcome = apply(answer);
  expect(outcome).toEqual({ wrong: expect.stringContaining(reason) as string });
  expect(performance.now() - start).toBeLessThan(500);
});

test("any text is refused or applied, without throwing", () => {
  const words = fc.constantFrom(
    ..."<<<<<<< SEARCH|=======|>>>>>>> REPLACE|src/a.py|--- a/src/a.py|+++ b/src/a.py|@@ -1 +1 @@|+x|-x| x||def f(a):".split(
      "|",
    ),
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (lines) => {
      const outcome = apply(lines.join("\n"));
      return typeof outcome === "object";
    }),
  );
});
