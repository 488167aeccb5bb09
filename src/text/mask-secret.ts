/** Letters and digits in a row that give a secret away. */
const TELLING = 8;

/**
 * A text of a stranger without a secret, whole or in part: as it is, backwards, in hex, base64 or by percent signs, in
 * either
 * case and with other signs between its letters. A secret of fewer than eight letters is only known as it is.
 */
export function maskSecret(text: string, secret: string): string {
  const { letters, places } = lettersOf(text);
  const hidden = new Set<number>();
  for (const form of formsOf(secret)) {
    for (let at = 0; at + TELLING <= form.length; at++) {
      const part = form.slice(at, at + TELLING);
      for (let found = letters.indexOf(part); found >= 0; found = letters.indexOf(part, found + 1)) {
        for (let place = places[found]!; place <= places[found + TELLING - 1]!; place++) hidden.add(place);
      }
    }
  }
  const masked = Array.from({ length: text.length }, (_, place) => (hidden.has(place) ? "\0" : text[place]!)).join("");
  return masked.replaceAll(/\0+/g, "***").replaceAll(secret, "***");
}

function lettersOf(text: string): { readonly letters: string; readonly places: readonly number[] } {
  const places = [...text.matchAll(/[A-Za-z0-9]/g)].map(({ index }) => index);
  return {
    letters: places
      .map((place) => text[place]!)
      .join("")
      .toLowerCase(),
    places,
  };
}

/** The letters of a secret in each of its forms. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  const forms = [
    secret,
    secret.split("").toReversed().join(""),
    bytes.toString("hex"),
    percent,
    encodeURIComponent(secret),
    ...[0, 1, 2].map((before) => base64Within(bytes, before)),
  ];
  return forms.map((form) => lettersOf(form).letters);
}

/** What base64 makes of bytes that stand after others: without the signs that hold bits of the neighbours. */
function base64Within(bytes: Buffer, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
