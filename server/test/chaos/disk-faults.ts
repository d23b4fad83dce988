// A full disk under Postgres: for a while nothing grows any more, and in the worse case the server
// cannot write its log and gives up. Gives the room back before it returns, and starts the server
// again if it is gone.
import { sql } from '../../src/platform/postgres/database.ts'
import type { Disk } from './disk.ts'
import type { FaultAction, FaultContext } from './faults.ts'

/** Something that needs room, and is gone with its session. */
const needRoom = `create temporary table need_room as select repeat('x', 500) as filler from generate_series(1, 20000)`
const fillLog = sql(
  'chaos.fill_log',
  `select pg_logical_emit_message(false, 'chaos', repeat('x', 4000000)) as at`,
)
const fullMs = 250
const diskFull = '53100'
const crashOfAnother = '57P02'

export function diskFaults({ stage, random, sleep }: FaultContext): FaultAction[] {
  const { disk, postgres } = stage
  if (disk === null) return []
  const whileFull = async (work: (disk: Disk) => Promise<boolean>): Promise<string | null> => {
    if (postgres.port === null) return null
    try {
      await disk.fill()
      return (await work(disk)) ? 'postgres' : null
    } finally {
      await disk.empty()
      await postgres.start()
    }
  }
  /** A server that cannot go on says so with its last word, or not at all. */
  const codeOf = (error: unknown) => {
    const { code, severity } = error as { code?: string; severity?: string }
    return severity === 'PANIC' || code === undefined || code === crashOfAnother ? 'gone' : code
  }
  const ask = async (
    question: (db: ReturnType<typeof stage.openDatabase>) => Promise<unknown>,
  ): Promise<string> => {
    const db = stage.openDatabase(1)
    try {
      return await question(db).then(() => 'ok', codeOf)
    } finally {
      await db.close()
    }
  }
  return [
    {
      kind: 'disk full',
      group: 'database',
      strike: () =>
        whileFull(async (full) => {
          let refused = false
          const untilMs = performance.now() + random.length(500, 3_000, 8_000)
          while (performance.now() < untilMs) {
            await full.fill()
            refused = (await ask((db) => db.execute(needRoom))) === diskFull || refused
            await sleep(fullMs)
          }
          return refused
        }),
    },
    {
      kind: 'disk full until postgres gives up',
      group: 'database',
      strike: () =>
        whileFull(async (full) => {
          // Segments that were kept for reuse are used up first.
          for (let tries = 0; tries < 400; tries += 1) {
            if (tries % 20 === 0) await full.fill()
            const code = await ask((db) => db.query(fillLog))
            if (code === 'ok') continue
            await sleep(random.skewed(100, 1_500))
            return code === 'gone'
          }
          return false
        }),
    },
  ]
}
