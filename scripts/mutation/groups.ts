// What is mutated, in groups, and which tests must notice. A group has the tests that are quick
// enough to run for each mutant.

export interface Group {
  /** Globs of the sources that are changed, one mutant after another. */
  readonly mutate: readonly string[]
  readonly tests: readonly string[]
  /** Left out although the globs name them. */
  readonly without: readonly string[]
  /** Whether the tests need the one real Postgres of a run. */
  readonly postgres: boolean
}

const untested = ['!server/src/**/*.test.ts']

export const groups = {
  /**
   * The rules: what becomes of orders, stock, payments, refunds, timers, shows, tickets, accounts.
   * Pure, so fast.
   */
  domain: {
    mutate: ['server/src/*/domain/*.ts', ...untested],
    tests: ['server/src/*/domain/*.test.ts'],
    // Stories drawn at random: slow for each mutant, and a score would depend on the draw.
    without: ['server/src/orders/domain/properties.test.ts'],
    postgres: false,
  },
  /**
   * Who waits together goes together: the queue of group commit, and lookups that travel together.
   * Pure.
   */
  queue: {
    mutate: ['server/src/platform/commands/coalesce.ts', 'server/src/platform/postgres/batch-loader.ts'],
    tests: ['server/src/platform/{commands/coalesce,postgres/batch-loader}.test.ts'],
    without: [],
    postgres: false,
  },
  /** The one write transaction: handle, its batch, outbox, inbox. */
  platform: {
    mutate: ['handle', 'batch', 'outbox', 'inbox'].map((name) => `server/src/platform/commands/${name}.ts`),
    tests: ['batch', 'handle.db', 'handle-failures.db', 'inbox.db', 'outbox.db'].map(
      (name) => `server/src/platform/commands/${name}.test.ts`,
    ),
    without: [],
    postgres: true,
  },
  /** Where the card processor speaks to us. */
  webhook: {
    mutate: ['server/src/payments/webhook/*.ts', ...untested],
    tests: ['server/src/payments/webhook/{route,judgement}.db.test.ts'],
    without: [],
    postgres: true,
  },
} as const satisfies Record<string, Group>

export type GroupName = keyof typeof groups

export function isGroupName(name: string): name is GroupName {
  return name in groups
}

/** How the runner tells its vitest which group's tests to run. */
export const groupVariable = 'MUTATION_GROUP'
