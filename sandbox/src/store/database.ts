// Opens the one SQLite file and brings its schema up to date; knows no business.
// Commits only write the log here: group-commit.ts makes them durable off the main thread.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { checkFiles, explain, StoreError } from './open-problem.ts'

const SCHEMA = `
  create table if not exists meta (name text primary key, value text not null) strict, without rowid;

  create table if not exists objects (
    seq integer primary key,
    id text not null unique,
    kind text not null,
    account text not null,
    created integer not null,
    due integer,
    body text not null,
    hidden text
  ) strict;
  create index if not exists objects_by_kind on objects (account, kind, created, seq);
  create index if not exists objects_due on objects (due) where due is not null;

  create table if not exists refs (
    kind text not null,
    name text not null,
    value text not null,
    account text not null,
    created integer not null,
    seq integer not null,
    primary key (kind, name, value, account, created, seq)
  ) strict, without rowid;

  create table if not exists events (
    seq integer primary key,
    id text not null unique,
    account text not null,
    type text not null,
    created integer not null,
    request text,
    idempotency_key text,
    object text not null,
    previous text
  ) strict;
  create index if not exists events_by_time on events (account, created, seq);
  create index if not exists events_by_type on events (account, type, created, seq);

  create table if not exists deliveries (
    id integer primary key,
    event_seq integer not null,
    endpoint text not null,
    state text not null,
    attempts integer not null default 0,
    next_at integer not null,
    fault text,
    log text
  ) strict;
  create index if not exists deliveries_by_event on deliveries (event_seq);
  create index if not exists deliveries_waiting on deliveries (next_at, id) where state = 'waiting';
  create index if not exists deliveries_undone on deliveries (event_seq) where state <> 'delivered';

  create table if not exists balances (
    account text not null,
    currency text not null,
    available_on integer not null,
    net integer not null,
    primary key (account, currency, available_on)
  ) strict, without rowid;

  create table if not exists idempotency (
    account text not null,
    key text not null,
    created integer not null,
    path text not null,
    digest text not null,
    request text not null,
    status integer not null,
    body text,
    event_seq integer,
    primary key (account, key)
  ) strict, without rowid;
  create index if not exists idempotency_by_age on idempotency (created);
`

export interface OpenedDatabase {
  db: DatabaseSync
  path: string
  walPath: string
}

const SCHEMA_VERSION = 1

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StoreError(
      `The folder ${directory} of the sandbox's store cannot be made (${(error as Error).message}). Correct the rights, or choose another DATA_DIR.`,
      { cause: error },
    )
  }
}

/** Refuses what a newer sandbox wrote before anything is changed in it. */
function checkVersion(db: DatabaseSync, path: string): void {
  const isOld = db.prepare("select 1 from sqlite_schema where name = 'meta'").get() !== undefined
  if (!isOld) return
  const version = Number(
    db.prepare("select value from meta where name = 'schema'").get()?.['value'] ?? SCHEMA_VERSION,
  )
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      `The sandbox's store ${path} was written by a newer version of the sandbox. Start that version, or choose another DATA_DIR.`,
    )
  }
}

function setUp(db: DatabaseSync, path: string): void {
  // NORMAL still syncs the log before every checkpoint, so the main file can never hold what the
  // log has lost.
  db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma locking_mode = exclusive;')
  // Sixteen megabytes of pages hold the upper levels of every index; the leaves are read from the
  // system's own cache.
  db.exec('pragma cache_size = -16384; pragma wal_autocheckpoint = 4000; pragma temp_store = memory;')
  checkVersion(db, path)
  db.exec(SCHEMA)
  // The first write creates the log file, whose descriptor the group commit then keeps open.
  db.prepare(
    "insert into meta (name, value) values ('schema', ?) on conflict (name) do update set value = excluded.value",
  ).run(String(SCHEMA_VERSION))
}

const OPEN_WITHIN_MS = 8000

export function openDatabase(directory: string): OpenedDatabase {
  makeDirectory(directory)
  const path = join(directory, 'sandbox.db')
  checkFiles(path)
  let db: DatabaseSync | undefined
  try {
    // One whose shop was killed may be on its way out.
    db = new DatabaseSync(path, { timeout: OPEN_WITHIN_MS })
    setUp(db, path)
    return { db, path, walPath: `${path}-wal` }
  } catch (error) {
    db?.close()
    throw explain(error, path)
  }
}
