import { PAGE_LANGUAGES, speak, type PageLanguage } from "../words/say.ts";

const KEY = "aha-language";

/** Speaks what the reader chose before, or else what the browser asks for. */
export async function startLanguage(): Promise<void> {
  // English stays where the file of another language doesn't arrive.
  await speak(storedLanguage() ?? languageOf(navigator.language)).catch(() => undefined);
}

/** Changes the language, and remembers it where something may be stored. */
export async function chooseLanguage(language: PageLanguage): Promise<void> {
  await speak(language).catch(() => undefined);
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Where nothing may be stored the choice lasts as long as the page.
  }
}

/** `zh` of `zh-CN`; English of what the page isn't written in. */
export function languageOf(tag: string): PageLanguage {
  const [first] = tag.toLowerCase().split("-");
  return PAGE_LANGUAGES.find((language) => language === first) ?? "en";
}

function storedLanguage(): PageLanguage | null {
  try {
    return PAGE_LANGUAGES.find((language) => language === localStorage.getItem(KEY)) ?? null;
  } catch {
    return null;
  }
}
