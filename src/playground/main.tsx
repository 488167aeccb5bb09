import { render } from "preact";
import { applyStoredTheme } from "../dashboard/ui/shell/theme.tsx";
import { App } from "./page/app.tsx";

applyStoredTheme();
render(<App />, document.getElementById("app") as HTMLElement);
