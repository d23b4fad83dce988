// The tables of a shop, as the database's own catalogue lists them: every table of every schema
// that a migration made. Nobody keeps a list, so no table can be forgotten.
import { lowestPosition } from '../platform/bus/store.ts'

export interface Table {
  /** `schema.table`. */
  readonly name: string
  readonly columns: readonly string[]
}

/** A number that a sequence is at. */
export interface Sequence {
  readonly table: string
  readonly column: string
  readonly last: string
}

interface Asks {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

/** What the migrations themselves are written down in. */
export const bookkeeping = 'public.holdfast_migrations'

const ours = `n.nspname in (select distinct schema from ${bookkeeping}) or n.nspname || '.' || c.relname = '${bookkeeping}'`

/** Parents before the tables that refer to them, so that each can be filled at once. */
export async function listTables(db: Asks): Promise<Table[]> {
  const tables = await db.query<Table & { parents: string[] }>(
    `select n.nspname || '.' || c.relname as name,
       array(select a.attname::text from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
             order by a.attnum) as columns,
       array(select pn.nspname || '.' || p.relname
             from pg_constraint f join pg_class p on p.oid = f.confrelid join pg_namespace pn on pn.oid = p.relnamespace
             where f.conrelid = c.oid and f.contype = 'f' and p.oid <> c.oid) as parents
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and (${ours})
     order by name`,
  )
  const waiting = new Map(tables.map((table) => [table.name, table]))
  const sorted: Table[] = []
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ parents }) => !parents.some((name) => waiting.has(name)))
    if (ready.length === 0) throw new Error(`tables refer to each other: ${[...waiting.keys()].join(', ')}`)
    for (const { name, columns } of ready) {
      waiting.delete(name)
      sorted.push({ name, columns })
    }
  }
  return sorted
}

export function listSequences(db: Asks): Promise<Sequence[]> {
  return db.query<Sequence>(
    `select n.nspname || '.' || c.relname as "table", a.attname::text as "column",
       coalesce(pg_sequence_last_value(s.oid), 0)::text as last
     from pg_class s
       join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
       join pg_class c on c.oid = d.refobjid join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
     where s.relkind = 'S' and (${ours})
     order by 1, 2`,
  )
}

/**
 * Numbers of transactions, which mean something in their own cluster only. The backup takes one
 * constant off all of them, so that the highest lies below the first transaction of any cluster:
 * a position keeps its distance to each event. "From the beginning" stays the lowest number.
 */
export const renumbered: Readonly<Record<string, Readonly<Record<string, (constant: string) => string>>>> = {
  'platform.outbox': { settled_xid: (constant) => `settled_xid - ${constant}` },
  'platform.cursors': {
    window_from: (constant) => `greatest(window_from - ${constant}, ${lowestPosition})`,
    window_to: (constant) => `window_to - ${constant}`,
    heard: (constant) =>
      `(select json_object_agg(h.key, case when json_typeof(h.value) = 'number'
          then greatest((h.value #>> '{}')::bigint - ${constant}, ${lowestPosition}) end)
        from json_each(heard) h)`,
  },
  'audit.marks': {
    place: (constant) =>
      `case when name like 'events%' then (split_part(place, ':', 1)::bigint - ${constant}) || ':' || split_part(place, ':', 2)
        else place end`,
  },
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A table's name and columns as `COPY … FROM` takes them. */
export function targetOf({ name, columns }: Table): string {
  return `${name.split('.').map(quoted).join('.')} (${columns.map(quoted).join(', ')})`
}

export function selectOf({ name, columns }: Table, constant: string): string {
  const expressions = columns.map((column) => {
    const renumber = renumbered[name]?.[column]
    return renumber ? `${renumber(constant)} as ${quoted(column)}` : quoted(column)
  })
  return `select ${expressions.join(', ')} from ${name.split('.').map(quoted).join('.')}`
}
