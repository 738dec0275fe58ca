/** Light and dark by the reader's choice; on paper always dark on white, charts not torn apart. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2430; --muted: #5b6675; --faint: #c9d0d9; --box: #f3f5f8;
  --series-1: #2463c9; --series-2: #d9730d; --series-3: #2a8a57; --series-4: #9149b8; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181e; --ink: #e4e8ee; --muted: #9aa5b4; --faint: #46505e; --box: #1e242d;
  --series-1: #6fa3f5; --series-2: #f0a04b; --series-3: #5fc08c; --series-4: #c08ae0; --bad: #ff8a80; } }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --muted: #444; --faint: #bbb; --box: #f4f4f4;
  --series-1: #2463c9; --series-2: #d9730d; --series-3: #2a8a57; --series-4: #9149b8; --bad: #b3261e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 860px; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--faint); }
p { margin: .4rem 0; overflow-wrap: anywhere; } .muted { color: var(--muted); } .bad { color: var(--bad); }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.figure { background: var(--box); border-radius: 8px; padding: .6rem .9rem; min-width: 7.5rem; }
.figure b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; } .figure span { color: var(--muted); font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid var(--faint); vertical-align: top; }
th { font-weight: 600; } .number { text-align: right; }
.beside { display: flex; flex-wrap: wrap; gap: 0 2rem; } .beside > * { min-width: 0; max-width: 100%; }
figure { margin: .8rem 0; break-inside: avoid; overflow-x: auto; } figcaption { color: var(--muted); font-size: .85rem; overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; } svg text { font-family: system-ui, sans-serif; }
details { margin: .5rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; } pre { overflow-x: auto; background: var(--box); padding: .8rem; border-radius: 8px; font-size: .8rem; }
@media print { body { max-width: none; padding: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
`;
