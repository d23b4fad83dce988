// The command line: a few options, each of which stands for a variable of the environment.
import { parseArgs } from 'node:util'

const OPTIONS = {
  port: { variable: 'SANDBOX_PORT', value: 'PORT', says: 'port to listen at (12111); 0 takes a free one' },
  data: { variable: 'DATA_DIR', value: 'FOLDER', says: 'where the store is (./data)' },
  webhook: {
    variable: 'SANDBOX_WEBHOOK_URL',
    value: 'URL',
    says: 'address that is told of every event; needs --secret',
  },
  secret: {
    variable: 'SANDBOX_WEBHOOK_SECRET',
    value: 'TEXT',
    says: 'secret that signs webhooks, such as whsec_test',
  },
  seed: { variable: 'SANDBOX_SEED_FILE', value: 'FILE', says: 'objects to make once' },
} as const

export const HELP = [
  'A card processor in a box: Stripe’s API for tests, with 3-D Secure, webhooks and faults.',
  '',
  'Options:',
  ...Object.entries(OPTIONS).map(([name, { value, says }]) => `  ${`--${name} ${value}`.padEnd(18)} ${says}`),
  '  --help             this text',
  '',
  'Each key sk_test_NAME with its pk_test_NAME is an account of its own.',
  'More settings are variables of the environment: see the README.',
].join('\n')

/** The environment with the options of the command line in it; undefined if only help is wanted. */
export function withArguments(
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean' },
      ...Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string' }] as const)),
    },
  }) as { values: Record<string, string | boolean | undefined> }
  if (values['help'] === true) return undefined
  const given = Object.entries(OPTIONS).flatMap(([name, { variable }]) => {
    const value = values[name]
    return typeof value === 'string' ? [[variable, value] as const] : []
  })
  return { ...environment, ...Object.fromEntries(given) }
}
