import { DARK, LIGHT, paletteCss } from "../../figures/index.ts";

const MORE_LIGHT =
  "--ground:#f5f6f8;--line:#d9dde2;--good:#0a6b4c;--bad:#a8330a;--soft-good:#e2f4ec;--soft-bad:#fbe9e1;--soft-accent:#e2f0fa;--soft-warning:#fdf0ee;--soft-plain:#eceff2";
const MORE_DARK =
  "--ground:#0e1013;--line:#2c3138;--good:#4cd3a6;--bad:#ff9d70;--soft-good:#12302a;--soft-bad:#3a2118;--soft-accent:#14293a;--soft-warning:#321a18;--soft-plain:#24292f";

/** The whole style of a report; on paper it is always light. Its hash stands in the report's policy. */
export const REPORT_STYLE: string = `
:root{color-scheme:light dark;${paletteCss(LIGHT)};${MORE_LIGHT}}
@media (prefers-color-scheme:dark){:root{${paletteCss(DARK)};${MORE_DARK}}}
@media print{:root{color-scheme:light;${paletteCss(LIGHT)};${MORE_LIGHT}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem 1rem 4rem;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
h1{margin:0;font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere}
h2{margin:2.5rem 0 .75rem;font-size:1.15rem}
h3{margin:0 0 .25rem;font-size:.95rem}
p{margin:.25rem 0}
.lead,.facts,figcaption,.prompt,.more{color:var(--muted)}
.facts{font-size:.87rem;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr));gap:1rem}
.charts.paper{grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr))}
figure{margin:0;padding:.75rem;background:var(--paper);border:1px solid var(--line);border-radius:10px;break-inside:avoid}
figure svg{display:block;max-width:100%;height:auto}
figcaption{padding:.25rem .5rem 0;font-size:.87rem}
.warnings{margin:1rem 0;padding:0;list-style:none}
.warnings li{margin:.5rem 0;padding:.5rem .75rem;background:var(--soft-warning);border-left:4px solid var(--warning);border-radius:4px}
.warnings strong,figcaption .warning{color:var(--warning)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;background:var(--paper)}
caption{text-align:left;color:var(--muted);padding-bottom:.25rem}
th,td{padding:.3rem .75rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}
thead th{color:var(--muted)}
td.n,th.n{text-align:right}
.settings td{overflow-wrap:anywhere}
.completions{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr));gap:1rem}
.completion{padding:.75rem 1rem;background:var(--paper);border:1px solid var(--line);border-radius:10px;break-inside:avoid}
.text{margin-top:.5rem;font:.87rem/1.6 ui-monospace,"SF Mono",Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
.right{color:var(--good)}.partly{color:var(--muted)}.wrong,.unverifiable{color:var(--bad)}
mark,s{color:inherit;border-radius:3px;padding:.05em .15em}
s{text-decoration:underline dotted var(--bad);text-underline-offset:.2em}
mark.reflection{background:var(--soft-accent)}
mark.correction{background:var(--soft-good)}
mark.false-acceptance{outline:1.5px dotted var(--bad)}
s.false-rejection{outline:1.5px dashed var(--bad)}
mark.answer{background:var(--soft-plain);font-weight:600}
s{background:var(--soft-bad)}
.control{color:var(--bad);border:1px solid currentColor;border-radius:3px;font-size:.8em;padding:0 .2em}
footer{margin-top:3rem;color:var(--muted);font-size:.87rem}
`;
