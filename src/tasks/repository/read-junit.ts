import type { TestResult } from "./judge-tests.ts";

const MARKUP = /<!\[CDATA\[|<!--|<\?|<!|<\/?([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ENDS: Readonly<Record<string, string>> = { "<![CDATA[": "]]>", "<!--": "-->", "<?": "?>" };
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const DEEPEST = 64;
const NONE: readonly TestResult[] = [];
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

interface Case {
  readonly id: string;
  outcome: TestResult["outcome"];
  /** Elements around it. */
  readonly depth: number;
}

/**
 * The test cases of a report in JUnit's XML: one is called `CLASS::NAME`, or `NAME` without a class. What was printed
 * (CDATA, comments, escaped text) is never taken for a test case. XML that isn't whole, or that defines anything, has
 * none.
 */
export function readJUnit(xml: string): readonly TestResult[] {
  const results: Case[] = [];
  const open: string[] = [];
  let roots = 0;
  let current: Case | undefined;
  for (let at = xml.indexOf("<"); at >= 0; at = xml.indexOf("<", at)) {
    MARKUP.lastIndex = at;
    const found = MARKUP.exec(xml);
    if (found === null || found[0] === "<!") return NONE;
    const closing = ENDS[found[0]];
    if (closing !== undefined) {
      const end = xml.indexOf(closing, MARKUP.lastIndex);
      if (end < 0) return NONE;
      at = end + closing.length;
      continue;
    }
    at = MARKUP.lastIndex;
    const [tag, name, attributes, empty] = found as unknown as readonly [string, string, string, string];
    if (tag.startsWith("</")) {
      if (open.pop() !== name) return NONE;
      if (open.length === current?.depth) current = undefined;
      continue;
    }
    // Whoever prints into a report has a root of his own.
    if (open.length === 0 && ++roots > 1) return NONE;
    const isCase = name === "testcase" && current === undefined && open.length > 0;
    if (isCase) results.push((current = { id: idOf(attributes), outcome: "passed", depth: open.length }));
    else if (current !== undefined && open.length === current.depth + 1) mark(current, name);
    if (empty === "") open.push(name);
    else if (isCase) current = undefined;
    if (open.length > DEEPEST) return NONE;
  }
  return open.length === 0 ? results.map(({ id, outcome }) => ({ id, outcome })) : NONE;
}

function mark(current: Case, name: string): void {
  if (/^(failure|error|rerunFailure|flakyFailure|flakyError|rerunError)$/.test(name)) current.outcome = "failed";
  else if (name === "skipped" && current.outcome === "passed") current.outcome = "skipped";
}

function idOf(attributes: string): string {
  const values = new Map([...attributes.matchAll(ATTRIBUTE)].map(([, name, a, b]) => [name!, plain(a ?? b ?? "")]));
  const of = values.get("classname") ?? "";
  const name = values.get("name") ?? "";
  return of === "" ? name : `${of}::${name}`;
}

function plain(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, digits, hex, name) => {
    if (typeof name === "string") return ENTITIES[name] ?? whole;
    const point = typeof digits === "string" ? Number(digits) : parseInt(hex as string, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
