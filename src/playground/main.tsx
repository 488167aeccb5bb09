import { render } from "preact";
import { applyStoredTheme } from "../dashboard/ui/shell/theme.tsx";
import { PlaygroundApp } from "./page/app.tsx";
import { startLanguage } from "./page/language.ts";

applyStoredTheme();
void startLanguage().then(() => render(<PlaygroundApp />, document.getElementById("app") as HTMLElement));
