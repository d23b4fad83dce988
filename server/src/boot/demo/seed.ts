// A first start with nothing in it shows two shows on sale, made through the API like anybody's.
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ShowBody, ShowView } from '@holdfast/contract'
import type { Config } from '../../config/config.ts'
import { demoAccountFile } from '../../platform/http/operators.ts'
import { sessionCookieName } from '../../platform/http/server.ts'
import type { Shop } from '../../shop.ts'

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
      description: 'An evening of film music, played by sixty people who love it.\n\nDoors open an hour before.',
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

export async function seedDemo({ app }: Shop, config: Config): Promise<void> {
  const listed = await app.inject({ method: 'GET', url: '/api/shows?limit=1' })
  if (listed.statusCode !== 200 || listed.json<{ items: unknown[] }>().items.length > 0) return
  // With a database and a sandbox elsewhere nothing has made it yet, and the password would be lost without its file.
  await mkdir(config.dataDirectory, { recursive: true })
  const credentials = { email: 'organiser@demo.holdfast.example', password: randomBytes(12).toString('base64url') }
  const signup = await app.inject({ method: 'POST', url: '/api/users/signup', payload: credentials })
  if (signup.statusCode !== 201) return
  const cookie = signup.cookies.find(({ name }) => name === sessionCookieName(config.publicUrl))
  const cookies = { [cookie?.name ?? '']: cookie?.value ?? '' }
  for (const payload of demoShows(new Date())) {
    const show = (await app.inject({ method: 'POST', url: '/api/shows', payload, cookies })).json<ShowView>()
    await app.inject({ method: 'POST', url: `/api/shows/${show.id}/publish`, cookies })
  }
  // Known to nobody but whoever may read the data directory.
  const account = { ...credentials, id: signup.json<{ id: string }>().id }
  await writeFile(join(config.dataDirectory, demoAccountFile), `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600 })
}
