import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What a page of its own has in its head: its policy, its title and its styles. */
const OWN = /^<meta http-equiv="content-security-policy"|^<title>|^<link rel="stylesheet"/;

function headOf(page: string): readonly string[] {
  const html = readFileSync(new URL(`../${page}`, import.meta.url), "utf8");
  const [, head] = /<head>(.*)<\/head>/s.exec(html)!;
  return head!.replaceAll(/\s+/g, " ").match(/<(?:meta|link)[^>]*>|<title>.*?<\/title>/g)!;
}

test("both pages of the playground say the same in their heads, but what is each one's own", () => {
  const [page, frame] = [headOf("index.html"), headOf("dashboard.html")];
  const shared = (head: readonly string[]): string[] => head.filter((tag) => !OWN.test(tag));
  expect(shared(frame)).toEqual(shared(page));
  expect(shared(page).length).toBeGreaterThan(3);
  for (const head of [page, frame]) expect(head.filter((tag) => OWN.test(tag))).toHaveLength(3);
  // Nothing of either may come from elsewhere, or be sent there.
  for (const policy of [page[1]!, frame[1]!]) expect(policy).not.toMatch(/https?:|\*/);
});
