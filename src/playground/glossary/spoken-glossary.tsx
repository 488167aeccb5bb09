import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Glossary } from "../../dashboard/text/glossary/glossary.ts";
import { ENGLISH_GLOSSARY, PageGlossary } from "../../dashboard/ui/shell/glossary.ts";
import { TermNote } from "../../dashboard/ui/shell/term-note.tsx";
import { onLanguage, pageLanguage, type PageLanguage } from "../words/say.ts";

/** Each language's glossary; English comes with the page. */
const GLOSSARIES: Readonly<Record<PageLanguage, () => Promise<Glossary>>> = {
  en: () => Promise.resolve(ENGLISH_GLOSSARY),
  zh: async () => (await import("../../dashboard/text/glossary/zh.json", { with: { type: "json" } })).default,
};

/** What stands in it explains its terms in the language of the page. */
export function SpokenGlossary({ children }: { readonly children: ComponentChildren }): VNode {
  const [glossary, setGlossary] = useState<Glossary>(ENGLISH_GLOSSARY);
  useEffect(() => {
    let isThere = true;
    const follow = async (): Promise<void> => {
      const language = pageLanguage();
      const found = await GLOSSARIES[language]();
      if (isThere && language === pageLanguage()) setGlossary(found);
    };
    // Without the other language's file, what is read already stays.
    const followQuietly = (): void => void follow().catch(() => undefined);
    followQuietly();
    const end = onLanguage(followQuietly);
    return () => {
      isThere = false;
      end();
    };
  }, []);
  return (
    <PageGlossary.Provider value={glossary}>
      {children}
      <TermNote />
    </PageGlossary.Provider>
  );
}
