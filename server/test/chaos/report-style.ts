// The look of the report: one column, quiet lines, one colour for each group of faults; follows
// light and dark.

export const style = `
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #1d1f23; --soft: #6a6f78; --rule: #e2e0d9; --card: #fff;
  --main: #2456c8; --wash: #2456c81f; --kill: #c8322b; --freeze: #b7791f; --network: #2456c8; --database: #7a4bc2; --broker: #b0417e; --processor: #17826f; --good: #17703f; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14161a; --ink: #e9e8e4; --soft: #9aa0aa; --rule: #2c3037; --card: #1b1e23;
    --main: #7ea6ff; --wash: #7ea6ff2b; --kill: #ff7a70; --freeze: #e8b04f; --network: #7ea6ff; --database: #b998f5; --broker: #ef8fbe; --processor: #55c9b1; --good: #63cf92; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, sans-serif }
main { max-width: 1180px; margin: 0 auto; padding: 40px 24px 72px }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -.01em }
h2 { font-size: 18px; margin: 40px 0 10px }
p { max-width: 78ch; margin: 0 0 14px; color: var(--soft) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 10px; margin-top: 22px }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px }
.tile b { display: block; font-size: 23px; line-height: 1.2; font-variant-numeric: tabular-nums }
.tile span { color: var(--soft); font-size: 13px; line-height: 1.3; display: block }
.verdicts { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--rule) }
.verdicts > li { display: grid; grid-template-columns: 64px 64px 1fr auto; gap: 12px; padding: 8px 0; border-bottom: 1px solid var(--rule); align-items: baseline }
.verdicts b { color: var(--good) } .verdicts .broken b { color: var(--kill) }
.verdicts .which, .verdicts .of { color: var(--soft); font-size: 13px }
.verdicts ul { grid-column: 1 / -1; margin: 0; padding-left: 20px; color: var(--kill); font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
figure { margin: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px; overflow-x: auto }
svg { display: block; width: 100%; min-width: 760px; height: auto; font: 12px system-ui, sans-serif }
.grid { stroke: var(--rule) } .label { fill: var(--soft); font-size: 11px } .title { fill: var(--ink); font-weight: 600 }
.area { fill: var(--wash) } .line, .p50, .p99 { fill: none; stroke: var(--main); stroke-linejoin: round } .line { stroke-width: 1.5 }
.p50 { stroke-width: 2 } .p99 { stroke-width: 1; opacity: .65 }
.healed { stroke: var(--good); stroke-dasharray: 4 3 }
rect.kill { fill: var(--kill) } rect.freeze { fill: var(--freeze) } rect.network { fill: var(--network) }
rect.database { fill: var(--database) } rect.broker { fill: var(--broker) } rect.processor { fill: var(--processor) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums }
th { text-align: right; font-weight: 600; color: var(--soft); font-size: 13px } td { text-align: right }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 0 48px; align-items: start }
@media (max-width: 640px) { main { padding: 24px 16px 48px } .verdicts > li { grid-template-columns: 56px 48px 1fr } .verdicts .of { display: none } }
`
