// Text of users is text, wherever the shop itself writes it: the head and body of pages, data in
// scripts, the sitemap, JSON. And nothing that a route takes can set what only the shop decides.
import type { ShowBody, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { showBody } from '../client.ts'
import { type Stage, startStage } from './stage.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())

const attacks = [
  '<script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '</title></head><body onload=alert(1)>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '<!--<script>',
  '--><script>alert(1)</script>',
  ']]><script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  'javascript:alert(1)',
  '<a href="javascript:alert(1)">x</a>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<meta http-equiv="refresh" content="0;url=//evil.example">',
  '<base href="//evil.example/">',
  "$& $` $' $1 $$",
  '\u2028\u2029 line ends of scripts',
  '\u202eright to left',
  '{{constructor.constructor("alert(1)")()}}',
  '<!--head--> <!--/head--> <div id="root"></div> </head>',
]

async function publish(changes: Partial<ShowBody>): Promise<ShowView> {
  const ask = (path: string, body?: object) =>
    stage.ask({ method: 'POST', path, person: 'organiserA', ...(body ? { body } : {}) })
  const { id } = JSON.parse((await ask('/api/shows', showBody(changes))).text) as ShowView
  return JSON.parse((await ask(`/api/shows/${id}/publish`)).text) as ShowView
}

/** All that begins like a tag, by name. */
const tagsIn = (html: string) =>
  [...html.matchAll(/<(!--|\/?[a-z][a-z0-9]*)/gi)].map(([, name = '']) => name.toLowerCase())
const scriptsIn = (html: string) =>
  [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)].map(([, attributes = '', text = '']) => ({
    attributes,
    text,
  }))
const fieldsOf = (text: string): Partial<ShowBody> => ({
  title: text,
  venue: text,
  description: text,
  ticketTypes: [{ name: text, priceMinor: 4_500, capacity: 5 }],
})

describe('a page of a show', () => {
  const shows = new Map<string, ShowView>()
  let pageOfPlainWords: string
  beforeAll(async () => {
    const plain = await publish(fieldsOf('Plain words'))
    pageOfPlainWords = (await stage.ask({ method: 'GET', path: `/shows/${plain.id}` })).text
    await Promise.all(attacks.map(async (text) => shows.set(text, await publish(fieldsOf(text)))))
  })

  test.each(attacks)('shows %j as the text that it is', async (text) => {
    const show = shows.get(text) ?? expect.unreachable()
    const [before, after] = [
      pageOfPlainWords,
      (await stage.ask({ method: 'GET', path: `/shows/${show.id}` })).text,
    ]
    // No tag more, no tag less, than with plain words.
    expect(tagsIn(after)).toEqual(tagsIn(before))
    const [data, plainData] = [scriptsIn(after), scriptsIn(before)]
    expect(data.map(({ attributes }) => attributes)).toEqual(plainData.map(({ attributes }) => attributes))
    const structured = data.find(({ attributes }) => attributes.includes('ld+json'))
    expect(JSON.parse(structured?.text ?? '')).toMatchObject({
      '@type': 'Event',
      name: text,
      description: text,
    })
    const own = data.find(({ attributes }) => attributes.includes('show-data'))
    expect(JSON.parse(own?.text ?? '')).toMatchObject({
      id: show.id,
      title: text,
      venue: text,
      description: text,
    })
    for (const { attributes, text: script } of data) if (!attributes.includes('json')) expect(script).toBe('')
    for (const handler of after
      .replaceAll(/<script[\s\S]*?<\/script>|"[^"]*"/g, '')
      .matchAll(/<[^>]*\son\w+\s*=/g))
      expect.unreachable(`a handler in the page: ${handler[0]}`)
  })

  test('comes as HTML, and its data as JSON: no browser guesses', async () => {
    const show = await publish(fieldsOf('<script>alert(1)</script>'))
    const reply = await stage.ask({ method: 'GET', path: `/api/shows/${show.id}` })
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

test('the sitemap holds addresses of ours and nothing that an organiser wrote', async () => {
  await publish(fieldsOf(']]></loc><script>alert(1)</script>'))
  const { text } = await stage.ask({ method: 'GET', path: '/sitemap.xml' })
  expect(new Set([...text.matchAll(/<\/?([a-z]+)/g)].map(([, name]) => name))).toEqual(
    new Set(['urlset', 'url', 'loc']),
  )
  const addresses = [...text.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, address = '']) => address)
  expect(addresses.length).toBeGreaterThan(1)
  expect(
    addresses.filter((address) => !/^http:\/\/localhost:3000\/(shows\/[0-9a-f-]{36})?$/.test(address)),
  ).toEqual([])
})

test('the language of a request chooses among ours and is never written out', async () => {
  for (const language of ['"><script>alert(1)</script>', '__proto__', '../../etc', 'xx']) {
    const { text } = await stage.ask({ method: 'GET', path: '/', headers: { 'accept-language': language } })
    expect(text).toContain('<html lang="en">')
  }
})

test('e-mail addresses that would be more than an address are refused or kept as text', async () => {
  for (const email of [
    '<script>alert(1)</script>@example.com',
    '"><img src=x>@example.com',
    'a@example.com\r\nbcc: b@example.com',
    'a\u0000@b.de',
  ]) {
    const { status } = await stage.ask({ method: 'POST', path: '/api/users/guest', body: { email } })
    expect([email, status]).toEqual([email, 400])
  }
})

interface Schema {
  readonly type?: string
  readonly format?: string
  readonly properties?: Record<string, Schema>
  readonly additionalProperties?: boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

/** Every object in a schema, with where it stands. */
function objectsIn(schema: Schema, at: string): { at: string; schema: Schema }[] {
  const { properties = {}, items, anyOf = [], allOf = [] } = schema
  const inner = Object.entries(properties).map(([name, each]) => [`${at}.${name}`, each] as const)
  const rest = [...(items ? [items] : []), ...anyOf, ...allOf].map((each) => [at, each] as const)
  const own = schema.type === 'object' || schema.properties ? [{ at, schema }] : []
  return [...own, ...[...inner, ...rest].flatMap(([where, each]) => objectsIn(each, where))]
}

describe('what a body can say', () => {
  const bodies = async () => {
    const { text } = await stage.ask({ method: 'GET', path: '/openapi.json' })
    type Operation = { requestBody?: { content: Record<string, { schema: Schema }> } }
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> }
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody }]) => {
        const schema = requestBody?.content['application/json']?.schema
        return schema ? objectsIn(schema, `${method.toUpperCase()} ${path}`) : []
      }),
    )
  }

  test('every object of every body is closed: what it does not name is refused', async () => {
    const all = await bodies()
    expect(all.length).toBeGreaterThan(12)
    // Answers are named by the ids of their questions.
    const byId = all.filter(({ at }) => /^PATCH \/api\/(orders|tickets)\/.*\.answers$/.test(at))
    expect(byId.length).toBe(3)
    const rest = all.filter((body) => !byId.includes(body))
    expect(rest.filter(({ schema }) => schema.additionalProperties !== false).map(({ at }) => at)).toEqual([])
  })

  test('no body names an owner, a status, a total or a price, but the organiser’s own price of a ticket type', async () => {
    const decided =
      /^(id|owner|ownerId|organiserId|buyerId|userId|status|role|total|due|channel|amount|unitPrice|version|expiresAt|createdAt|refunded|isAdmin)$/
    const named = (await bodies()).flatMap(({ at, schema }) =>
      Object.keys(schema.properties ?? {}).flatMap((name) =>
        decided.test(name) || /price/i.test(name) ? [`${at}.${name}`] : [],
      ),
    )
    expect([...new Set(named)].toSorted()).toEqual([
      // Owners give roles to others, and ends to tokens.
      'PATCH /api/organisations/{id}/members/{userId}.role',
      // Of a type whose price buyers choose, within its bounds.
      'POST /api/orders.lines.unitPriceMinor',
      'POST /api/organisations/{id}/invitations.role',
      'POST /api/organisations/{id}/tokens.expiresAt',
      'POST /api/organisations/{id}/tokens.role',
      // A question of a show, which its answers name.
      'POST /api/shows.questions.id',
      'POST /api/shows.ticketTypes.price',
      'POST /api/shows.ticketTypes.priceMinor',
      'POST /api/shows/{id}/codes.priceMinor',
      'POST /api/shows/{id}/price.lines.unitPriceMinor',
      'POST /api/shows/{id}/sales.lines.unitPriceMinor',
      'PUT /api/shows/{id}.questions.id',
      'PUT /api/shows/{id}.ticketTypes.id',
      'PUT /api/shows/{id}.ticketTypes.price',
      'PUT /api/shows/{id}.ticketTypes.priceMinor',
    ])
  })

  test('no field is a link but those of an organisation’s legal pages and its webhooks: nothing else that people send is made one', async () => {
    const links = (await bodies()).flatMap(({ at, schema }) =>
      Object.entries(schema.properties ?? {}).flatMap(([name, { format }]) =>
        /ur[il]|link|href|src/i.test(name) || /uri|url/.test(format ?? '') ? [`${at}.${name}`] : [],
      ),
    )
    expect(links).toEqual([
      'PATCH /api/organisations/{id}.imprintUrl',
      'PATCH /api/organisations/{id}.privacyUrl',
      // Never shown as a link, and sent to only where it is public.
      'POST /api/organisations/{id}/webhooks.url',
      'PATCH /api/organisations/{id}/webhooks/{webhookId}.url',
    ])
  })

  test.each([
    'status',
    'buyerId',
    'total',
    'version',
    'expiresAt',
    'id',
    'isAdmin',
    '__proto__',
    'constructor',
  ])('an order with %s is refused', async (field) => {
    const { show, ticketType } = stage.things.A
    const body = `{"showId":"${show}","lines":[{"ticketTypeId":"${ticketType}","quantity":1}],"${field}":{"amountMinor":1}}`
    const reply = await stage.ask({ method: 'POST', path: '/api/orders', person: 'buyerA', body })
    expect(reply.status).toBe(400)
  })

  test('a price in a line does not make it cheaper', async () => {
    const { show, ticketType } = stage.things.A
    const statusWith = async (name: string) => {
      const body = { showId: show, lines: [{ ticketTypeId: ticketType, quantity: 1, [name]: 1 }] }
      return (await stage.ask({ method: 'POST', path: '/api/orders', person: 'buyerA', body })).status
    }
    for (const name of ['priceMinor', 'unitPrice', 'amountMinor', 'discount'])
      expect(await statusWith(name), name).toBe(400)
    // Its organiser set the price: nobody chooses it.
    expect(await statusWith('unitPriceMinor')).toBe(422)
  })
})
