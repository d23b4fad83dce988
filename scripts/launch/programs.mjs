// Programs that no package brings.
import { existsSync } from 'node:fs'
import { fail, run, say } from './run.mjs'

/**
 * Programs that tests need and no package brings, each with the variable that may name one. As root
 * on Debian it is installed; elsewhere one line says what to do.
 */
const programs = {
  chromium: {
    variable: 'CHROMIUM_PATH',
    // The one without windows takes a quarter less time.
    paths: [
      '/usr/bin/chromium-headless-shell',
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
    ],
    wants: 'The browser tests need Chromium',
  },
  'nats-server': {
    variable: 'NATS_SERVER_PATH',
    paths: ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'],
    wants: 'The tests of the broker need nats-server',
  },
}

/** The variable that names the program, with its path. */
export async function need(name) {
  const { variable, paths, wants } = programs[name]
  const find = () => [process.env[variable], ...paths].find((path) => path && existsSync(path))
  if (!find() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(`Installing ${name} for the tests`)
    const environment = { DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-qq'], { hidden: true })
    await run('apt-get', ['install', '-y', '-qq', name], { hidden: true, environment })
  }
  return { [variable]: find() ?? fail(`${wants}: install it, or set ${variable} to its path.`) }
}
