// SQL of codes for deciding: what they do, and how many uses are held and used. Loads with locks,
// saves in bulk.
import { type CodeTerms, codeWordOf } from '@holdfast/contract'
import { type InTransaction, sql, type Write, withRows, writeRows } from '../../platform/postgres/database.ts'
import { type Code, type CodePool, codeBuyerKey, wordKey } from '../domain/code.ts'
import { hasPlentyOfUses } from '../domain/codes.ts'
import { placesOf } from '../domain/lines.ts'
import type { Order, OrderCommand } from '../domain/order.ts'
import { type CodeMove, type CodeWorld, type Command, noCodesTouched } from '../world.ts'

type Placing = Extract<OrderCommand, { type: 'PlaceOrder' }>

const loadCodesStatement = sql(
  'orders.load_codes',
  `select c.id, c.show_id as "showId", c.word, c.terms, c.ended, p.uses, p.held, p.used
   from orders.codes c left join orders.code_pools p on p.id = c.id
   where c.id = any(array(
     select unnest($1::uuid[])
     union all
     select k.id from unnest($2::uuid[], $3::text[]) as w (show_id, word)
     join orders.codes k on k.show_id = w.show_id and k.word = w.word))`,
)
const lockCodePoolsStatement = sql(
  'orders.lock_code_pools',
  `select id, uses, held, used from orders.code_pools where id = any($1::uuid[]) order by id for update`,
)

interface CodeRow {
  readonly id: string
  readonly showId: string
  readonly word: string
  readonly terms: CodeTerms
  readonly ended: boolean
  /** Null: any number. */
  readonly uses: number | null
  readonly held: number | null
  readonly used: number | null
}

/**
 * The codes that the commands name and that moving orders have. Their uses may no longer be so when
 * this transaction moves them.
 */
export async function loadCodes(
  tx: InTransaction,
  commands: readonly Command[],
  moving: readonly Order[],
): Promise<CodeWorld> {
  const ids = new Set(moving.flatMap(({ code }) => code?.id ?? []))
  const words: (readonly [showId: string, word: string])[] = []
  for (const command of commands) {
    if (command.type === 'ChangeCode') ids.add(command.codeId)
    if (command.type === 'MakeCodes') for (const { word } of command.codes) words.push([command.showId, word])
    if (command.type === 'PlaceOrder' && command.code !== undefined)
      words.push([command.showId, codeWordOf(command.code)])
  }
  const world = noCodesTouched()
  if (ids.size + words.length === 0) return world
  const asked = [words.map(([showId]) => showId), words.map(([, word]) => word)]
  const rows = await tx.query<CodeRow>(loadCodesStatement, [[...ids], ...asked])
  for (const { uses, held, used, ...code } of rows) {
    world.byId.set(code.id, code)
    world.byWord.set(wordKey(code.showId, code.word), code.id)
    if (uses !== null) world.pools.set(code.id, { id: code.id, uses, held: held ?? 0, used: used ?? 0 })
  }
  return world
}

/** Whether one of these codes must be held still for a decision: then all of them are. */
export function isScarce({ byId, byWord, pools }: CodeWorld, commands: readonly Command[]): boolean {
  if (pools.size === 0) return false
  const wanted = new Map<string, number>()
  for (const command of commands) {
    if (command.type === 'ChangeCode' || command.type === 'MakeCodes') return true
    if (command.type !== 'PlaceOrder' || command.code === undefined) continue
    const id = byWord.get(wordKey(command.showId, codeWordOf(command.code))) ?? ''
    // At most: as if all units were covered.
    const { ticketsPerUse = Number.POSITIVE_INFINITY } = byId.get(id)?.terms ?? {}
    const uses = Math.max(1, Math.ceil(placesOf(command.lines) / ticketsPerUse))
    wanted.set(id, (wanted.get(id) ?? 0) + uses)
  }
  return [...pools.values()].some((pool) => !hasPlentyOfUses(pool, wanted.get(pool.id) ?? 0))
}

/** Uses as they stay until the commit. */
export async function lockCodePools(tx: InTransaction, { pools }: CodeWorld): Promise<void> {
  if (pools.size === 0) return
  for (const pool of await tx.query<CodePool>(lockCodePoolsStatement, [[...pools.keys()]]))
    pools.set(pool.id, pool)
}

/** New orders with codes that limit their buyers. */
export function limitedPlacings({ byId, byWord }: CodeWorld, commands: readonly Command[]): Placing[] {
  return commands.filter((command): command is Placing => {
    if (command.type !== 'PlaceOrder' || command.code === undefined) return false
    const code = byId.get(byWord.get(wordKey(command.showId, codeWordOf(command.code))) ?? '')
    return code?.terms.usesPerBuyer !== undefined
  })
}

const countUsesOfBuyers = sql(
  'orders.count_uses_of_buyers',
  `select b.code_id as "codeId", b.buyer_id as "buyerId", b.email,
     coalesce(sum(o.code_uses) filter (where o.buyer_id = b.buyer_id), 0)::int as own,
     coalesce(sum(o.code_uses) filter (where o.buyer_email = b.email), 0)::int as shared
   from unnest($1::uuid[], $2::uuid[], $3::text[]) as b (code_id, buyer_id, email)
   left join orders.orders o on o.code_id = b.code_id and o.status in ('created', 'claimed', 'complete')
     and (o.buyer_id = b.buyer_id or o.buyer_email = b.email)
   group by 1, 2, 3`,
)

/** What these buyers have used already. They are locked by now. */
export async function countUses(
  tx: InTransaction,
  world: CodeWorld,
  placings: readonly Placing[],
): Promise<void> {
  if (placings.length === 0) return
  const idOf = ({ showId, code }: Placing) => world.byWord.get(wordKey(showId, codeWordOf(code ?? '')))
  const rows = await tx.query<{
    codeId: string
    buyerId: string
    email: string
    own: number
    shared: number
  }>(countUsesOfBuyers, [
    placings.map(idOf),
    placings.map(({ buyer }) => buyer.id),
    placings.map(({ buyer }) => buyer.email),
  ])
  for (const { codeId, buyerId, email, own, shared } of rows) {
    world.ofBuyers.set(codeBuyerKey(codeId, buyerId), own)
    world.ofBuyers.set(codeBuyerKey(codeId, email), shared)
  }
}

const saveCodesStatement = withRows(
  'orders.save_codes',
  { id: 'uuid', showId: 'uuid', word: 'text', terms: 'json', ended: 'boolean' },
  (rows) => `insert into orders.codes as c (id, show_id, word, terms, ended)
   select id, "showId", word, terms, ended from ${rows} as n
   on conflict (id) do update set terms = excluded.terms, ended = excluded.ended`,
)
// Never below what is held and used, whatever was asked for.
const saveCodePoolsStatement = withRows(
  'orders.save_code_pools',
  { id: 'uuid', uses: 'int' },
  (rows) => `insert into orders.code_pools as p (id, uses)
   select id, uses from ${rows} as n order by id
   on conflict (id) do update set uses = greatest(excluded.uses, p.held + p.used)`,
)

export function saveCodes(codes: readonly Code[], pools: ReadonlyMap<string, CodePool>): readonly Write[] {
  const limited = codes.flatMap(({ id }) => {
    const uses = pools.get(id)?.uses
    return uses === undefined ? [] : [{ id, uses }]
  })
  return [...writeRows(saveCodesStatement, codes), ...writeRows(saveCodePoolsStatement, limited)]
}

// Moved by a difference, as pools are, and before them: every transaction takes codes before pools.
const moveCodesStatement = withRows(
  'orders.move_codes',
  { id: 'uuid', held: 'int', used: 'int' },
  (rows) => `update orders.code_pools p set held = p.held + n.held, used = p.used + n.used
   from (
     select r.* from ${rows} as r join orders.code_pools l on l.id = r.id order by l.id for no key update of l
   ) as n where p.id = n.id`,
)

export function moveCodes(moves: readonly CodeMove[]): readonly Write[] {
  return writeRows(moveCodesStatement, moves)
}
