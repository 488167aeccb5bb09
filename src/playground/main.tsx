import { render } from "preact";
import { applyStoredTheme } from "../dashboard/ui/shell/theme.tsx";
import { PlaygroundApp } from "./page/app.tsx";

applyStoredTheme();
render(<PlaygroundApp />, document.getElementById("app") as HTMLElement);
