import type { SvgColors } from "../charts/lineSvg";

// How a report looks: in the reader's own light, dark or high contrast colours, on a screen of any width and on paper.

/** Charts are drawn in variables, so that one picture does for all colours. */
export const chartColors: SvgColors = {
  lines: [1, 2, 3, 4, 5].map((i) => `var(--line${i})`),
  ...{ text: "var(--text)", quiet: "var(--quiet)", background: "var(--background)", fault: "var(--fault)" },
};

/** Every colour of text and lines has a contrast of 4.5 or more with the background. */
const light =
  "--background:#ffffff;--text:#1f1f1f;--quiet:#595959;--rule:#c8c8c8;--link:#0550ae;--line1:#0550ae;--line2:#1a6d33;--line3:#7a3aa8;--line4:#8a5a00;--line5:#1f1f1f;--fault:#b3001b";
const dark =
  "--background:#1e1e1e;--text:#e6e6e6;--quiet:#b0b0b0;--rule:#4a4a4a;--link:#79b8ff;--line1:#79b8ff;--line2:#6fd08c;--line3:#d2a8ff;--line4:#e3b341;--line5:#e6e6e6;--fault:#ff7b72";
/** Lines are then told apart by their dashes. */
const contrast =
  "--background:Canvas;--text:CanvasText;--quiet:CanvasText;--rule:CanvasText;--link:LinkText;--line1:CanvasText;--line2:CanvasText;--line3:CanvasText;--line4:CanvasText;--line5:CanvasText;--fault:CanvasText";

const colors = `:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
@media (forced-colors:active){:root{${contrast}}}
@media print{:root{color-scheme:light;${light}}}`;

/** For a chart that is a file of its own. */
export const chartStyle = colors;

export const pageStyle = `${colors}
body{margin:0;background:var(--background);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1,h2,h3{line-height:1.25;overflow-wrap:anywhere}
h2{margin-top:2.5rem;border-bottom:1px solid var(--rule);padding-bottom:.25rem}
a{color:var(--link)}
p,li,dd{overflow-wrap:anywhere}
nav ul{columns:16rem;padding-left:1.25rem}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--rule);font-variant-numeric:tabular-nums}
th[scope=col]{color:var(--quiet);font-weight:600}
th[scope=row]{font-weight:400}
td,dd{unicode-bidi:isolate}
figure{margin:1rem 0}
figure svg{width:100%;max-width:45rem;height:auto;display:block}
figcaption,summary{color:var(--quiet);font-size:.875rem}
dl{margin:1rem 0;border-left:3px solid var(--rule);padding-left:.75rem}
dt{color:var(--quiet);font-size:.8125rem}
dd{margin:0 0 .5rem;white-space:pre-wrap}
@media print{main{max-width:none;padding:0}figure,dl,tr{break-inside:avoid}h2,h3{break-after:avoid}details::details-content{content-visibility:visible}.wide{overflow:visible}}`;
