import { render } from "preact";
import { App } from "./shell/app.tsx";
import { applyStoredTheme } from "./shell/theme.tsx";

// Where the address opened the door by itself, it doesn't stay in the history or in a copied address.
const address = new URL(location.href);
if (address.searchParams.has("token")) {
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}
applyStoredTheme();
render(<App />, document.getElementById("app") as HTMLElement);
