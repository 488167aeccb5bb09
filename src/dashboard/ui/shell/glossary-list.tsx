import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { paperAddress, placeText, sourcesOf, termsByGroup } from "../../text/glossary/glossary.ts";
import { PageGlossary } from "./glossary.ts";

/** Every term of the glossary in its group, with links to the papers. */
export function GlossaryList(): VNode {
  const glossary = useContext(PageGlossary);
  return (
    <div class="glossary">
      {termsByGroup().map(([group, names]) => (
        <div key={group}>
          <h3>{glossary.groups[group]}</h3>
          <dl>
            {names.map((name) => (
              <div key={name}>
                <dt>{glossary.terms[name].name}</dt>
                <dd>
                  {glossary.terms[name].text}
                  {sourcesOf(name).map((source) => (
                    <a class="where" href={paperAddress(source)} rel="noreferrer" key={`${source.paper} ${source.at}`}>
                      {placeText(source, glossary)}
                    </a>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </div>
  );
}
