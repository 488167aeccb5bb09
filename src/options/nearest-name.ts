/** The known name that a misspelt one is nearest to, at most a third of its letters away; undefined for none. */
export function nearestName(given: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.floor(given.length / 3) + 1;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < least || (distance === least && nearest === undefined && isStart(given, name))) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

function isStart(given: string, name: string): boolean {
  return name.toLowerCase().startsWith(given.toLowerCase());
}

/** Levenshtein's distance, by rows; long texts are cut, as no name is that long. */
function editDistance(left: string, right: string): number {
  const [a, b] = [left.slice(0, 64), right.slice(0, 64)];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
