import en from "./en.json" with { type: "json" };

/** A language's texts by part of the page and name: each language is one file like en.json. */
export type PageTexts = typeof en;

type Part = keyof PageTexts;
/** `stage.train`: a part of the page, and a text of it. */
export type TextName = { [P in Part]: `${P}.${Extract<keyof PageTexts[P], string>}` }[Part];

/** What a page can be read in, with the file of its texts; English comes with the page. */
const LANGUAGES = {
  en: () => Promise.resolve({ default: en }),
  zh: () => import("./zh.json", { with: { type: "json" } }) as Promise<{ default: PageTexts }>,
} as const;

export type PageLanguage = keyof typeof LANGUAGES;
export const PAGE_LANGUAGES = Object.keys(LANGUAGES) as readonly PageLanguage[];

let texts: PageTexts = en;
let chosen: PageLanguage = "en";
const listeners = new Set<() => void>();

export function pageLanguage(): PageLanguage {
  return chosen;
}

/** Takes over a language's texts, and tells who listens. */
export async function speak(language: PageLanguage): Promise<void> {
  texts = (await LANGUAGES[language]()).default;
  chosen = language;
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
  for (const listener of listeners) listener();
}

/** @returns ends the listening */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A text in the language that is spoken, with values in the place of `{name}`. */
export function say(name: TextName, values: Readonly<Record<string, string | number>> = {}): string {
  const [part, text] = name.split(".") as [Part, string];
  const said = (texts[part] as Readonly<Record<string, string>>)[text] ?? (en[part] as Record<string, string>)[text]!;
  return said.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}
