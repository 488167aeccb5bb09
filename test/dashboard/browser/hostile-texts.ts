const ESCAPE = "\u001b";
const OVERRIDE = "\u202e";

const TEXTS: readonly (readonly [name: string, text: string, shown?: string])[] = [
  ["script", "<script>window.ran=1;alert(1)</script>"],
  ["handler", '<img src=x onerror="window.ran=1"><svg onload="window.ran=1"><body onload=alert(1)>'],
  [
    "frame",
    '<iframe srcdoc="<script>parent.ran=1</script>"></iframe><object data="http://127.0.0.1:9/x"></object><embed src="http://127.0.0.1:9/y">',
  ],
  [
    "link",
    '<a href="javascript:window.ran=1">click</a> javascript:alert(1) <form action="http://127.0.0.1:9/"><input autofocus onfocus=alert(1)>',
  ],
  [
    "style",
    '<style>body{display:none}@import "http://127.0.0.1:9/a.css"</style><link rel=stylesheet href="http://127.0.0.1:9/b.css"><base href="http://127.0.0.1:9/">',
  ],
  [
    "broken-out",
    '"></div></p></article></main></body></html>--></style></script></textarea><script>window.ran=1</script>',
  ],
  [
    "template",
    "{{constructor.constructor('window.ran=1')()}} ${window.ran=1} <%= 1 %> __proto__ [object Object] &lt;b&gt; &amp;",
  ],
  ["direction", `safe ${OVERRIDE}gnp.exe\u2066 abc \u2069`, "safe U+202Egnp.exeU+2066 abc U+2069"],
  [
    "terminal",
    `${ESCAPE}[31mred${ESCAPE}[0m ${ESCAPE}]8;;http://127.0.0.1:9/${ESCAPE}\\link\u0007\u0000\u0085`,
    "␛[31mred␛[0m ␛]8;;http://127.0.0.1:9/␛\\link␇␀U+0085",
  ],
  ["unseen", "a\u200bb\ufeffc\u2028d\u00ade\u{e0041}", "aU+200BbU+FEFFcU+2028dU+00ADeU+E0041"],
  ["combining", `a${"\u0301".repeat(500)}b 👩‍💻`.replace("\u200d", "-")],
];

/** Completions that a page and a report must only show, and how their text then reads. */
export const HOSTILE: readonly (readonly [name: string, text: string, shown: string])[] = TEXTS.map(
  ([name, text, shown = text]) => [name, text, shown],
);
