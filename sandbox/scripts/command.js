#!/usr/bin/env node
// What the package's command begins with. Plain JavaScript, so that an old Node says what it needs instead of failing.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `sandbox: needs Node 24 or newer; this is ${process.versions.node}. Install it from nodejs.org.\n`,
  )
  process.exit(1)
}
// Node warns that its SQLite is young; other warnings are shown.
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`)
})
await import(new URL('main.js', import.meta.url).href)
