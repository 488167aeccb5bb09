import type { VNode } from "preact";
import { HomeSign } from "../../dashboard/ui/shell/home-sign.tsx";
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
        <HomeSign />
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
