// The shape of the house: who imports whom, how full each folder is, what each room reads, and the
// walk of one command.
import { dirname } from 'node:path'
import { code, importsOf, production, textOf, texts } from './sources.ts'

/** Groups of files of which each reaches all others by imports: there is to be none. */
export function findCircles(
  files: readonly string[],
  edgesOf: (path: string) => readonly string[] = importsOf,
): string[][] {
  const known = new Set(files)
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (path: string): number => {
    const own = index.size
    index.set(path, own)
    stack.push(path)
    let lowest = own
    for (const next of edgesOf(path)) {
      if (next === path) circles.push([path])
      if (!known.has(next)) continue
      if (!index.has(next)) lowest = Math.min(lowest, visit(next))
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? own)
    }
    low.set(path, lowest)
    if (lowest === own) {
      const circle = stack.splice(stack.indexOf(path))
      if (circle.length > 1) circles.push(circle)
    }
    return lowest
  }
  for (const path of files) if (!index.has(path)) visit(path)
  return circles
}

const services = '(?:identity|tickets|orders|expiration|payments|mail|billing|webhooks)'

/**
 * The floors of `server/src`, from the roof down. A file imports from its own floor or from one
 * below.
 */
const floors: readonly (readonly [name: string, files: RegExp])[] = [
  ['programs', /^(main\.ts|cli\/.*|audit\/command\.ts|boot\/demo\/tour\.ts)$/],
  ['shop', /^shop\.ts$/],
  ['boot, pages', /^(boot|pages)\//],
  ['backup', /^backup\//],
  ['ops', /^ops\//],
  ['audit', /^audit\//],
  ['prune', /^prune\//],
  ['index of a service', new RegExp(`^${services}/index\\.ts$`)],
  ['consumers, routes, webhook', new RegExp(`^${services}/(consumers\\.ts|routes/|webhook/)`)],
  ['worker, live views', new RegExp(`^${services}/(worker\\.ts|identity\\.ts|read/live\\.ts)`)],
  ['model', new RegExp(`^${services}/model\\.ts$`)],
  ['read', new RegExp(`^${services}/(read|letters|documents)/`)],
  [
    'what a service remembers or asks',
    new RegExp(`^${services}/((processor|carrier)/|[a-z-]+\\.ts$(?<!world\\.ts))`),
  ],
  ['store', new RegExp(`^${services}/store/`)],
  ['world', new RegExp(`^${services}/world\\.ts$`)],
  ['domain', new RegExp(`^${services}/domain/`)],
  ['service', /^service\.ts$/],
  ['config', /^config\//],
  ['platform/http', /^platform\/http\//],
  ['platform/commands', /^platform\/commands\//],
  ['platform/bus/nats', /^platform\/bus\/nats\//],
  ['platform/bus', /^platform\/bus\//],
  ['platform/postgres/embedded', /^platform\/postgres\/embedded/],
  ['platform/secrets', /^platform\/secrets\//],
  ['platform/personal', /^platform\/personal\//],
  ['platform/process', /^platform\/process\//],
  ['platform/postgres', /^platform\/postgres\//],
]

const server = 'server/src/'
export const serverFiles = production.filter((path) => path.startsWith(server))

/** Counted from the roof; -1 for a file that has no floor. */
export const floorOf = (path: string): number =>
  floors.findIndex(([, files]) => files.test(path.slice(server.length)))

/** Imports that go up, as `file imports what`. */
export function findImportsUp(files: readonly string[] = serverFiles): string[] {
  return files.flatMap((path) =>
    importsOf(path)
      .filter((imported) => imported.startsWith(server) && floorOf(imported) < floorOf(path))
      .map((imported) => `${path} imports ${imported}`),
  )
}

/** How many sources lie directly in each folder, fullest first. Tests beside them do not count. */
export function countByFolder(): [folder: string, count: number][] {
  const counts = new Map<string, number>()
  for (const path of production) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
  return [...counts].toSorted(([, one], [, other]) => other - one)
}

/** Every table of the migrations, as `schema.table`. */
const tables = new Set(
  [...texts]
    .filter(([path]) => path.startsWith(server) && path.endsWith('.sql'))
    .flatMap(([, text]) =>
      [...text.matchAll(/create table (?:if not exists )?(\w+\.\w+)/g)].map(([, table = '']) => table),
    ),
)

/**
 * The schemas whose tables a room names. Names of statements look alike, but none is that of a
 * table.
 */
export function readSchemas(): Record<string, string[]> {
  const found: Record<string, Set<string>> = {}
  for (const path of serverFiles) {
    const room = path.slice(server.length).replace(/(\/|\.ts).*$/, '')
    for (const [name] of textOf(path).matchAll(/\b[a-z]+\.[a-z_]+\b/g)) {
      if (tables.has(name)) (found[room] ??= new Set()).add(name.replace(/\..*/, ''))
    }
  }
  return Object.fromEntries(Object.entries(found).map(([room, schemas]) => [room, [...schemas].toSorted()]))
}

export interface Step {
  readonly file: string
  /** What a reader looks for there. */
  readonly finds: string
}

/**
 * The files that a reader opens from "place order" until payments knows of it, in order. Drivers
 * are not among them: SQL (`store/` but for `load`, the outbox), the queue of group commit, the
 * HTTP edge, the bus.
 */
export const walk: { readonly orders: readonly Step[]; readonly payments: readonly Step[] } = {
  orders: [
    { file: 'orders/routes/buyers.ts', finds: `type: 'PlaceOrder'` },
    { file: 'platform/commands/handle.ts', finds: 'commitBatch' },
    { file: 'platform/commands/batch.ts', finds: 'model.decide(' },
    { file: 'orders/model.ts', finds: 'decideInWorld' },
    { file: 'orders/store/load.ts', finds: 'export async function load(' },
    { file: 'orders/domain/decide.ts', finds: 'function placeOrder(' },
    { file: 'orders/world.ts', finds: 'export function apply(' },
    { file: 'orders/domain/evolve.ts', finds: 'export function evolve(' },
  ],
  payments: [
    { file: 'payments/consumers.ts', finds: `case 'OrderCreated'` },
    { file: 'payments/model.ts', finds: 'decide' },
    { file: 'payments/domain/decide.ts', finds: `case 'NoteOrderCreated'` },
    { file: 'payments/domain/known-order.ts', finds: 'export function noteOrder(' },
  ],
}

/**
 * What is wrong with the walk: a file that is entered twice, is not there, lacks what it is opened
 * for, or is led to by none.
 */
export function findWrongSteps({ orders, payments }: typeof walk = walk): string[] {
  const steps = [...orders, ...payments].map(({ file, finds }) => ({ file: `${server}${file}`, finds }))
  return steps.flatMap(({ file, finds }, index) => {
    const before = steps.slice(0, index).map((step) => step.file)
    // A route calls the handler that the model made, and the handler calls the model: an import
    // leads there from one of them.
    const isLedTo = steps.some(
      (step) => importsOf(step.file).includes(file) || importsOf(file).includes(step.file),
    )
    return [
      ...(code.includes(file) ? [] : [`${file} is not there`]),
      ...(before.includes(file) ? [`${file} is entered twice`] : []),
      ...(textOf(file).includes(finds) ? [] : [`${file} has no ${finds}`]),
      ...(isLedTo ? [] : [`no import leads to ${file}`]),
    ]
  })
}
