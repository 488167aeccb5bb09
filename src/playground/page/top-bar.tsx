import type { VNode } from "preact";
import { ThemeSwitch } from "../../dashboard/ui/shell/theme.tsx";
import { PAGE_LANGUAGES, pageLanguage, say, type PageLanguage } from "../words/say.ts";
import { chooseLanguage } from "./language.ts";

/** Each language in itself. */
const NAMES: Readonly<Record<PageLanguage, string>> = { en: "English", zh: "中文" };

/** The page's sign, its languages and its colours. */
export function TopBar(): VNode {
  return (
    <header class="top">
      <a class="home" href="#stage-title">
        <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#0072b2" />
          <path
            d="M5 23 C11 23 12 22 15 16 S20 8 27 8"
            fill="none"
            stroke="#fff"
            stroke-width="3.4"
            stroke-linecap="round"
          />
          <circle cx="15.4" cy="15.4" r="3" fill="#ffd166" />
        </svg>
        {say("page.home")}
      </a>
      <div class="languages" role="group" aria-label={say("page.language")}>
        {PAGE_LANGUAGES.map((language) => (
          <button
            key={language}
            type="button"
            class="quiet"
            lang={language === "zh" ? "zh-Hans" : language}
            aria-pressed={language === pageLanguage()}
            onClick={() => void chooseLanguage(language)}
          >
            {NAMES[language]}
          </button>
        ))}
      </div>
      <ThemeSwitch />
    </header>
  );
}
