/** In a source checkout (tests, tsx) modules are TypeScript, which Node 20 can't load by itself. */
import { register } from "tsx/esm/api";

register();
await import("./playground-main.ts");
