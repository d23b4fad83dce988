// A first start with nothing in it shows two shows on sale, made through the API like anybody's.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ShowBody, ShowView } from '@holdfast/contract'
import type { LightMyRequestResponse } from 'fastify'
import type { Config } from '../../config/config.ts'
import { demoAccountFile } from '../../platform/http/operators.ts'
import { type Http, sessionCookieName } from '../../platform/http/server.ts'

const demoEmail = 'organiser@demo.holdfast.example'

function demoShows(now: Date): ShowBody[] {
  const inDays = (days: number, hour: number) => {
    const day = new Date(now.getTime() + days * 86_400_000)
    day.setUTCHours(hour, 0, 0, 0)
    return day.toISOString()
  }
  const rows = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']
  const seats = rows.flatMap((row) =>
    Array.from({ length: 14 }, (_, index) => ({ section: 'Stalls', row, number: String(index + 1) })),
  )
  return [
    {
      title: 'The Lighthouse Orchestra',
      startsAt: inDays(30, 18),
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      venue: 'Harbour Hall, Hamburg',
      description:
        'An evening of film music, played by sixty people who love it.\n\nDoors open an hour before.',
      ticketTypes: [
        { name: 'Standing', priceMinor: 4_500, capacity: 400 },
        { name: 'Reduced', priceMinor: 2_900, capacity: 100 },
      ],
    },
    {
      title: 'Small Boats, Big Sea',
      startsAt: inDays(44, 17),
      timeZone: 'Europe/London',
      currency: 'GBP',
      venue: 'The Old Net Loft, Whitby',
      description: 'A one-woman play about a lifeboat crew. Every seat has a good view.',
      ticketTypes: [{ name: 'Stalls', priceMinor: 2_200, seats }],
    },
  ]
}

/** Stored in the data directory, for whoever may read it. */
interface DemoAccount {
  readonly email: string
  readonly password: string
  /** Once it signed up. */
  readonly id?: string
  /**
   * False until all shows are on sale. Files of earlier versions say nothing, and were written
   * last.
   */
  readonly complete?: boolean
}

type Call = (method: 'GET' | 'POST', url: string, payload?: object) => Promise<LightMyRequestResponse>

/**
 * Makes the demo, or goes on where a killed start left it: the account's file is written first, and
 * says when all is made. A shop that has shows of its own, or whose demo is complete, stays as it
 * is.
 */
export async function seedDemo({ app }: { readonly app: Http }, config: Config): Promise<void> {
  const file = join(config.dataDirectory, demoAccountFile)
  const stored = await readAccount(file)
  const isHalfMade = stored?.complete === false
  if (!isHalfMade && (await hasShows(app))) return
  const account = stored ?? {
    email: demoEmail,
    password: randomBytes(12).toString('base64url'),
    complete: false,
  }
  if (!stored) await writeAccount(file, account)
  const signedUp = await enter(app, '/api/users/signup', account)
  // The address is taken: by an earlier start of this demo, or by a stranger whose password is not
  // ours.
  const session = signedUp ?? (isHalfMade ? await enter(app, '/api/users/signin', account) : null)
  if (!session) return
  const cookies = { [sessionCookieName(config.publicUrl)]: session.cookie }
  const call: Call = async (method, url, payload) => {
    const response = await app.inject({ method, url, cookies, ...(payload && { payload }) })
    if (response.statusCode >= 400)
      throw new Error(`the demo: ${method} ${url}: ${response.statusCode} ${response.body}`)
    return response
  }
  await writeAccount(file, { ...account, id: session.id, complete: false })
  // Where sellers need an approval, the demo's operator gives it to itself.
  if (config.sellers === 'approved') await call('POST', `/api/ops/sellers/${session.id}/approve`, {})
  await makeShows(call)
  await writeAccount(file, { ...account, id: session.id, complete: true })
}

async function makeShows(call: Call): Promise<void> {
  const shows = (await call('GET', '/api/shows?mine=true&limit=100')).json<{ items: ShowView[] }>().items
  for (const body of demoShows(new Date())) {
    const found = shows.find(({ title }) => title === body.title)
    const show = found ?? (await call('POST', '/api/shows', body)).json<ShowView>()
    if (show.status === 'draft') await call('POST', `/api/shows/${show.id}/publish`)
  }
}

async function hasShows(app: Http): Promise<boolean> {
  const listed = await app.inject({ method: 'GET', url: '/api/shows?limit=1' })
  return listed.json<{ items: unknown[] }>().items.length > 0
}

async function enter(
  app: Http,
  url: string,
  { email, password }: DemoAccount,
): Promise<{ id: string; cookie: string } | null> {
  const response = await app.inject({ method: 'POST', url, payload: { email, password } })
  const [cookie] = response.cookies
  return response.statusCode < 300 && cookie
    ? { id: response.json<{ id: string }>().id, cookie: cookie.value }
    : null
}

async function readAccount(file: string): Promise<DemoAccount | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  return text === null ? null : (JSON.parse(text) as DemoAccount)
}

async function writeAccount(file: string, account: DemoAccount): Promise<void> {
  const written = `${file}.new`
  // With a database and a sandbox elsewhere no other part has made the folder yet.
  await mkdir(dirname(file), { recursive: true })
  await writeFile(written, `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600, flush: true })
  await rename(written, file)
}
