import { render } from "preact";
import { App } from "./shell/app.tsx";
import { applyStoredTheme } from "./shell/theme.tsx";

applyStoredTheme();
render(<App />, document.getElementById("app") as HTMLElement);
