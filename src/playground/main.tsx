import { render } from "preact";
import { applyStoredTheme } from "../dashboard/ui/shell/theme.tsx";
import { keepOffline } from "./offline/keep-offline.ts";
import { PlaygroundApp } from "./page/app.tsx";
import { startLanguage } from "./page/language.ts";

applyStoredTheme();
void startLanguage().then(() => render(<PlaygroundApp />, document.getElementById("app") as HTMLElement));
keepOffline(new URL(".", location.href).href);
