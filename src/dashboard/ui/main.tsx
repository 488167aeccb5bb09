import { render } from "preact";

render(<h1>Aha</h1>, document.getElementById("app") as HTMLElement);
