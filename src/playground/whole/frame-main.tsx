import { render } from "preact";
import { answersFrom } from "../../dashboard/ui/live/api-client.ts";
import { eventsFrom } from "../../dashboard/ui/live/live-events.ts";
import { App } from "../../dashboard/ui/shell/app.tsx";
import { applyStoredTheme } from "../../dashboard/ui/shell/theme.tsx";
import { FrameAnswers } from "./frame-answers.ts";

// Opened by itself it has nobody to ask.
if (parent === window) location.replace(new URL("./#whole", location.href));
else {
  const answers = new FrameAnswers();
  answersFrom((path, init) => answers.ask(path, init));
  eventsFrom(() => answers.openStream());
  applyStoredTheme();
  render(<App />, document.getElementById("app") as HTMLElement);
}
