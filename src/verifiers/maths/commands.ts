import type { RelationSign } from "./node.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Commands that only change how things look. */
export const IGNORED: ReadonlySet<string> = words(
  "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle " +
    "limits nolimits notag nonumber hfill hline centering strut null relax negthinspace allowbreak space quad qquad " +
    "enspace thinspace medspace thickspace tiny small normalsize large Large it bf rm sl",
);

/** Commands whose argument is read as what stands in it. */
export const WRAPPERS: ReadonlySet<string> = words(
  "mathbf mathit boldsymbol bm pmb mathsf mathtt mathcal mathfrak mathscr boxed fbox framebox underline displaylines " +
    "ensuremath mathop mathrel mathbin mathord mathnormal cancel smash substack vcenter",
);

/** Commands whose argument is words. */
export const TEXTS: ReadonlySet<string> = words(
  "text mbox hbox textbf textit textrm textsf texttt textnormal textup textmd emph mathrm operatorname textsl textsc",
);

/** Commands whose argument is thrown away. */
export const DROPPED: ReadonlySet<string> = words(
  "hspace vspace phantom hphantom vphantom label tag color textcolor kern mskip hskip",
);

/** Marks over or under a name, which make another name of it. */
export const MARKS: ReadonlySet<string> = words(
  "overline vec overrightarrow overleftarrow hat bar tilde widehat widetilde dot ddot overarc overset stackrel " +
    "overbrace underbrace",
);

export const GREEK: ReadonlySet<string> = words(
  "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma tau " +
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar aleph Re Im " +
    "nabla partial wp imath jmath star bullet dagger",
);

/** Functions of one argument that may stand before it without brackets. */
export const FUNCTIONS: ReadonlySet<string> = words(
  "sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh coth sech csch arcsinh arccosh " +
    "arctanh ln log lg exp sgn sign det tr rank dim ker arg deg",
);

/** Functions of several arguments in brackets. */
export const LIST_FUNCTIONS: ReadonlySet<string> = words("max min gcd lcm mod floor ceil abs sqrt cbrt binom");

export const RELATIONS: Readonly<Record<string, RelationSign>> = {
  le: "<=",
  leq: "<=",
  leqslant: "<=",
  leqq: "<=",
  ge: ">=",
  geq: ">=",
  geqslant: ">=",
  geqq: ">=",
  lt: "<",
  gt: ">",
  ne: "!=",
  neq: "!=",
  approx: "~",
  approxeq: "~",
  simeq: "~",
  doteq: "~",
  equiv: "==",
  cong: "==",
  sim: "==",
  in: "in",
  to: "->",
  rightarrow: "->",
  mapsto: "->",
  longrightarrow: "->",
  coloneqq: "=",
};

export const OPERATORS: Readonly<Record<string, string>> = {
  cdot: "*",
  times: "*",
  ast: "*",
  div: "/",
  pm: "+-",
  mp: "-+",
  cup: "cup",
  bigcup: "cup",
  cap: "cap",
  bigcap: "cap",
  setminus: "setminus",
  backslash: "setminus",
  smallsetminus: "setminus",
  land: "and",
  wedge: "and",
  lor: "or",
  vee: "or",
  mid: "|",
  vert: "|",
  lvert: "|",
  rvert: "|",
  Vert: "||",
  lVert: "||",
  rVert: "||",
  colon: ":",
  prime: "'",
  degree: "deg",
  circ: "circ",
  pounds: "£",
  euro: "€",
  yen: "¥",
  lbrace: "{s",
  rbrace: "s}",
  lbrack: "[",
  rbrack: "]",
  lparen: "(",
  rparen: ")",
  langle: "<(",
  rangle: ")>",
  lfloor: "floor(",
  rfloor: ")floor",
  lceil: "ceil(",
  rceil: ")ceil",
  dots: "...",
  ldots: "...",
  cdots: "...",
  dotsc: "...",
  dotsb: "...",
  vdots: "...",
};

/** Commands that take a part of the text with them and are read where they stand. */
export const STRUCTURES: ReadonlySet<string> = words(
  "frac binom sqrt pi infty emptyset varnothing mathbb sum prod angle measuredangle triangle begin end not choose over " +
    "bmod pmod mod root int lim iint oint",
);

const LATEX_COMMANDS: readonly string[] = [
  ...[IGNORED, WRAPPERS, TEXTS, DROPPED, MARKS, GREEK, FUNCTIONS, LIST_FUNCTIONS, STRUCTURES].flatMap((set) => [
    ...set,
  ]),
  ...Object.keys(RELATIONS),
  ...Object.keys(OPERATORS),
  "dfrac",
  "tfrac",
  "cfrac",
  "dbinom",
  "tbinom",
  "item",
  "par",
  "newline",
];
const KNOWN: ReadonlySet<string> = new Set(LATEX_COMMANDS);

export function isKnownCommand(name: string): boolean {
  return KNOWN.has(name);
}

/** `quadx` is `quad` and `x`: the longest known beginning of a command that isn't known; null where there is none. */
export function knownBeginning(name: string): string | null {
  for (let length = Math.min(name.length - 1, 16); length >= 2; length--) {
    const beginning = name.slice(0, length);
    if (KNOWN.has(beginning)) return beginning;
  }
  return null;
}

/** Signs of Unicode as the LaTeX that they stand for. */
export const UNICODE: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "—": "-",
  "‐": "-",
  "‑": "-",
  "×": "\\times ",
  "·": "\\cdot ",
  "⋅": "\\cdot ",
  "∙": "\\cdot ",
  "∗": "*",
  "÷": "\\div ",
  "∕": "/",
  "⁄": "/",
  "≤": "\\le ",
  "≥": "\\ge ",
  "⩽": "\\le ",
  "⩾": "\\ge ",
  "≠": "\\ne ",
  "≈": "\\approx ",
  "≡": "\\equiv ",
  "∞": "\\infty ",
  "√": "\\sqrt ",
  "∪": "\\cup ",
  "∩": "\\cap ",
  "∈": "\\in ",
  "∅": "\\emptyset ",
  "∖": "\\setminus ",
  "±": "\\pm ",
  "∓": "\\mp ",
  "°": "^\\circ ",
  "∠": "\\angle ",
  "△": "\\triangle ",
  "→": "\\to ",
  "∧": "\\land ",
  "∨": "\\lor ",
  ℝ: "\\mathbb{R}",
  ℤ: "\\mathbb{Z}",
  ℕ: "\\mathbb{N}",
  ℚ: "\\mathbb{Q}",
  ℂ: "\\mathbb{C}",
  "…": "\\ldots ",
  "′": "'",
  "’": "'",
  "½": "\\frac{1}{2}",
  "⅓": "\\frac{1}{3}",
  "⅔": "\\frac{2}{3}",
  "¼": "\\frac{1}{4}",
  "¾": "\\frac{3}{4}",
  "⅕": "\\frac{1}{5}",
  "⅛": "\\frac{1}{8}",
  "，": ",",
  "；": ";",
  "。": ".",
  "（": "(",
  "）": ")",
  "【": "[",
  "】": "]",
  "％": "%",
  "：": ":",
  "＝": "=",
  "＋": "+",
  α: "\\alpha ",
  β: "\\beta ",
  γ: "\\gamma ",
  δ: "\\delta ",
  ε: "\\epsilon ",
  θ: "\\theta ",
  λ: "\\lambda ",
  μ: "\\mu ",
  π: "\\pi ",
  ρ: "\\rho ",
  σ: "\\sigma ",
  τ: "\\tau ",
  φ: "\\phi ",
  ω: "\\omega ",
  Δ: "\\Delta ",
  Ω: "\\Omega ",
};

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const LOWERED = "₀₁₂₃₄₅₆₇₈₉";

/** A text with Unicode's signs, raised and lowered digits and full-width digits as LaTeX. */
export function plainSigns(text: string): string {
  if (/^[\u0000-\u007f]*$/.test(text)) return text;
  return text
    .replace(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, minus: string, digits: string) => {
      const plain = digits.replace(/./g, (digit) => String(RAISED.indexOf(digit)));
      return `^{${minus === "" ? "" : "-"}${plain}}`;
    })
    .replace(/[₀₁₂₃₄₅₆₇₈₉]+/g, (digits) => `_{${digits.replace(/./g, (digit) => String(LOWERED.indexOf(digit)))}}`)
    .replace(/[\u2000-\u200b\u202f\u3000\ufeff\u00a0]/g, " ")
    .replace(/[^\u0000-\u007f]/g, (sign) => (Object.hasOwn(UNICODE, sign) ? UNICODE[sign]! : sign));
}
