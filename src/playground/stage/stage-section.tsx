import type { VNode } from "preact";
import { useTabState } from "../client/use-client.ts";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";

/** The two figures of the paper as they grow, and what starts and stops them. */
export function StageSection({ client }: SectionProps): VNode {
  const { status, steps, engine, error } = useTabState(client);
  const newest = steps.at(-1);
  return (
    <section id="stage" aria-labelledby="stage-title">
      <h1 id="stage-title">{say("page.title")}</h1>
      <p>{say("page.lead", { parameters: (engine?.parameters ?? 355_968).toLocaleString("en") })}</p>
      <button type="button" onClick={() => (status === "training" ? client.pause() : client.train())}>
        {status === "training" ? say("stage.pause") : say("stage.train")}
      </button>
      <button type="button" onClick={() => client.step()}>
        {say("stage.step")}
      </button>
      <p role="status">
        {status} {newest?.metrics.step} {newest?.metrics.accuracy}
      </p>
      {error !== null && <p role="alert">{say("page.failed", { message: error.message })}</p>}
    </section>
  );
}
