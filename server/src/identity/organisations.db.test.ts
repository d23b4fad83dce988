// Organisations on a real database and the real HTTP edge: invitations, roles that change while they
// are used, owners who remove each other, tokens, and devices that are paired once.
import type { OrganisationView } from '@holdfast/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Client, expectStatus, makeClient } from '../../test/client.ts'
import { type ServiceApp, startServiceApp } from '../../test/service-app.ts'
import { waitFor } from '../../test/wait.ts'
import { newId } from '../platform/process/clock.ts'
import { service as identity } from './index.ts'

let app: ServiceApp
let people = 0
type Some = Record<string, string>

beforeAll(async () => {
  app = await startServiceApp(identity, { RATE_LIMITS: 'on' })
})
afterAll(() => app.stop())
beforeEach(() => app.db.execute('truncate platform.rate_limits'))

const query = <Row>(text: string, values: readonly unknown[] = []) =>
  app.db.query<Row>({ name: '', text }, values)
const codeOf = ({ status, body }: { status: number; body: unknown }) =>
  `${status} ${String((body as Some | null)?.['code'])}`

async function signUp(email = `member${(people += 1)}@example.com`) {
  const client = makeClient(app.url)
  const { id } = expectStatus(
    await client.call<{ id: string }>('POST', '/api/users/signup', { email, password: 'correct horse' }),
    201,
  )
  return { id, email, client }
}
type Person = Awaited<ReturnType<typeof signUp>>

async function found(by: Person, name = 'The house'): Promise<string> {
  return expectStatus(await by.client.call<OrganisationView>('POST', '/api/organisations', { name }), 201).id
}
const invite = (by: Person, house: string, body: object) =>
  by.client.call<Some>('POST', `/api/organisations/${house}/invitations`, body)
const tokenOf = (id = '') => app.platform.linkTokens.make('invitation', id)
const redeem = (by: Client, token: string) => by.call<Some>('POST', '/api/invitations/redeem', { token })
async function join(owner: Person, house: string, scope: object): Promise<Person> {
  const person = await signUp()
  const { id } = expectStatus(await invite(owner, house, { email: person.email, ...scope }), 201)
  expectStatus(await redeem(person.client, tokenOf(id)), 200)
  return person
}
const listOf = async (by: Client) =>
  expectStatus(await by.call<{ items: OrganisationView[] }>('GET', '/api/organisations'), 200).items
const members = (by: Person, house: string) =>
  by.client.call<{ items: Some[] }>('GET', `/api/organisations/${house}/members`)

describe('an organisation', () => {
  test('is that of the account first, and then others', async () => {
    const ann = await signUp()
    expect(await listOf(ann.client)).toEqual([])
    expect(await found(ann)).toBe(ann.id)
    expect(await found(ann, 'Another')).not.toBe(ann.id)
    expect((await listOf(ann.client)).map(({ name, role }) => `${name} ${role}`)).toEqual([
      'The house owner',
      'Another owner',
    ])
  })

  test('keeps what its owner says of it, and refuses a colour that nobody can read', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const patch = (body: object) =>
      ann.client.call<OrganisationView>('PATCH', `/api/organisations/${house}`, body)
    const settings = {
      slug: `house-${people}`,
      colour: '#0b6b43',
      vatId: 'DE123456789',
      imprintUrl: 'https://a.example/i',
    }
    expect(expectStatus(await patch(settings), 200)).toMatchObject({ ...settings, name: 'The house' })
    expect(expectStatus(await patch({ colour: null }), 200)).toMatchObject({ ...settings, colour: null })
    expect(codeOf(await patch({ colour: '#ffff00' }))).toBe('422 colour_unreadable')
    expect(codeOf(await patch({ imprintUrl: 'javascript:alert(1)' }))).toBe('400 invalid_request')
    const other = await found(ann, 'Another')
    const taken = await ann.client.call('PATCH', `/api/organisations/${other}`, { slug: settings.slug })
    expect(codeOf(taken)).toBe('409 slug_taken')
  })
})

describe('an invitation', () => {
  test('is told to mail, without its secret, and shows what it is for before it is accepted', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const { id = '' } = expectStatus(
      await invite(ann, house, { email: 'New@Example.com', role: 'door' }),
      201,
    )
    const [event] = await query<{ data: Some }>('select data from platform.outbox where subject = $1', [id])
    expect(event?.data).toMatchObject({ invitationId: id, email: 'new@example.com', role: 'door' })
    expect(JSON.stringify(event)).not.toContain(tokenOf(id).split('.')[2])
    const looked = await makeClient(app.url).call('POST', '/api/users/links/redeem', { token: tokenOf(id) })
    expect(expectStatus(looked, 200)).toEqual({
      purpose: 'invitation',
      invitation: { organisation: 'The house', role: 'door', email: 'new@example.com' },
    })
  })

  test('makes a member, once, and proves the address of the account', async () => {
    const [ann, ben] = [await signUp(), await signUp()]
    const house = await found(ann)
    const { id } = expectStatus(await invite(ann, house, { email: ben.email, role: 'finance' }), 201)
    expect(expectStatus(await redeem(ben.client, tokenOf(id)), 200)).toEqual({
      organisationId: house,
      name: 'The house',
      role: 'finance',
    })
    expect(await listOf(ben.client)).toMatchObject([{ id: house, role: 'finance' }])
    expect(codeOf(await redeem(ben.client, tokenOf(id)))).toBe('410 link_used')
    const [row] = await query<{ proved: boolean }>(
      'select proved_at is not null as proved from identity.users where id = $1',
      [ben.id],
    )
    expect(row?.proved).toBe(true)
  })

  test('is for one address: another account does not get in, and does not use it up', async () => {
    const [ann, ben, eve] = [await signUp(), await signUp(), await signUp()]
    const house = await found(ann)
    const { id } = expectStatus(await invite(ann, house, { email: ben.email, role: 'owner' }), 201)
    expect(codeOf(await redeem(eve.client, tokenOf(id)))).toBe('403 invitation_for_another')
    expect(codeOf(await redeem(makeClient(app.url), tokenOf(id)))).toBe('401 unauthenticated')
    expectStatus(await redeem(ben.client, tokenOf(id)), 200)
  })

  test.each([
    ['after a week', `update platform.links set expires_at = now() where id = $1`, '410 link_expired'],
    ['when it is withdrawn', `update platform.links set used_at = now() where id = $1`, '410 link_used'],
    [
      'when who invited is no owner any more',
      `update platform.members m set role = 'manager' from platform.invitations i
       where i.id = $1 and m.organisation_id = i.organisation_id and m.user_id = i.invited_by`,
      '410 link_expired',
    ],
  ])('is dead %s', async (_what, meanwhile, expected) => {
    const [ann, ben] = [await signUp(), await signUp()]
    const house = await found(ann)
    const { id } = expectStatus(await invite(ann, house, { email: ben.email, role: 'door' }), 201)
    await query(meanwhile, [id])
    expect(codeOf(await redeem(ben.client, tokenOf(id)))).toBe(expected)
    expect(await listOf(ben.client)).toEqual([])
  })

  test('goes to one address five times an hour', async () => {
    const ann = await signUp()
    const house = await found(ann)
    for (let count = 0; count < 5; count += 1)
      expectStatus(await invite(ann, house, { email: 'much@example.com', role: 'door' }), 201)
    expect(codeOf(await invite(ann, house, { email: 'much@example.com', role: 'door' }))).toBe(
      '429 too_many_requests',
    )
  })
})

describe('members', () => {
  test('two owners who remove each other at once leave one of them', async () => {
    for (let round = 0; round < 2; round += 1) {
      const ann = await signUp()
      const house = await found(ann)
      const ben = await join(ann, house, { role: 'owner' })
      const answers = await Promise.all([
        ann.client.call('DELETE', `/api/organisations/${house}/members/${ben.id}`),
        ben.client.call('DELETE', `/api/organisations/${house}/members/${ann.id}`),
      ])
      // The second comes as somebody who was removed: early as one in no role for it, late as a stranger.
      expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 403 || status === 404)).toHaveLength(1)
      const left = await query('select 1 from platform.members where organisation_id = $1', [house])
      expect(left).toHaveLength(1)
    }
  })

  test('two owners who leave at once leave one of them', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const ben = await join(ann, house, { role: 'owner' })
    const leave = ({ client, id }: Person) =>
      client.call('DELETE', `/api/organisations/${house}/members/${id}`)
    expect((await Promise.all([leave(ann), leave(ben)])).map(codeOf).toSorted()).toEqual([
      '204 undefined',
      '409 last_owner',
    ])
  })

  test('a role that changes in another process counts within a second', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const ben = await join(ann, house, { role: 'owner' })
    expectStatus(await members(ben, house), 200)
    await query(`update platform.members set role = 'door' where user_id = $1`, [ben.id])
    await waitFor('the lower role', async () => codeOf(await members(ben, house)) === '403 role_missing')
    await query('delete from platform.members where user_id = $1', [ben.id])
    await waitFor(
      'the end of the role',
      async () => codeOf(await members(ben, house)) === '404 organisation_unknown',
    )
  })

  test('a role for single shows is listed with them, and an owner has none', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const showIds = [newId()]
    const ben = await join(ann, house, { role: 'box_office', showIds })
    expect(await listOf(ben.client)).toMatchObject([{ id: house, role: 'box_office', showIds }])
    expect(codeOf(await invite(ann, house, { email: 'x@example.com', role: 'owner', showIds }))).toBe(
      '400 invalid_request',
    )
  })
})

describe('a token of an organisation', () => {
  const make = (by: Person, house: string, body: object) =>
    by.client.call<Some>('POST', `/api/organisations/${house}/tokens`, { name: 'Program', ...body })
  const asToken = (token = ''): Client => {
    const client = makeClient(app.url)
    return {
      call: (method, path, body) => client.call(method, path, body, { authorization: `Bearer ${token}` }),
    }
  }

  test('acts in its role, is shown once, and stays when who made it leaves', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const ben = await join(ann, house, { role: 'owner' })
    const { token, id } = expectStatus(await make(ben, house, { role: 'finance' }), 201)
    expectStatus(await ann.client.call('DELETE', `/api/organisations/${house}/members/${ben.id}`), 204)
    expect(await listOf(asToken(token))).toMatchObject([{ id: house, role: 'finance' }])
    const stored = await query<{ row: string }>('select k::text as row from platform.organisation_keys k')
    expect(stored.map(({ row }) => row).join()).not.toContain(token)
    const listed = await ann.client.call<{ items: Some[] }>('GET', `/api/organisations/${house}/tokens`)
    expect(listed.body.items).toMatchObject([{ id, role: 'finance', madeBy: ben.email }])
    expect(listed.body.items[0]?.['lastUsedAt']).toBeDefined()
    expect(JSON.stringify(listed.body)).not.toContain(token)
  })

  test('ends when it is revoked, or by itself, and never owns or buys', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const { token, id } = expectStatus(await make(ann, house, { role: 'manager' }), 201)
    expect(codeOf(await asToken(token).call('GET', `/api/organisations/${house}/tokens`))).toBe(
      '403 role_missing',
    )
    expect(codeOf(await asToken(token).call('POST', '/api/users/tokens'))).toBe('403 forbidden')
    expectStatus(await ann.client.call('DELETE', `/api/organisations/${house}/tokens/${id}`), 204)
    expect(codeOf(await asToken(token).call('GET', '/api/organisations'))).toBe('401 unauthenticated')
    expect(codeOf(await make(ann, house, { role: 'owner' }))).toBe('400 invalid_request')
    expect(codeOf(await make(ann, house, { role: 'door', expiresAt: '2020-01-01T00:00:00Z' }))).toBe(
      '400 invalid_request',
    )
  })
})

describe('a door device', () => {
  const endsAt = '2999-01-01T00:00:00.000Z'
  const add = async (by: Person, house: string) =>
    expectStatus(
      await by.client.call<Some>('POST', `/api/organisations/${house}/devices`, {
        name: 'Gate',
        showIds: [newId()],
        endsAt,
      }),
      201,
    )
  const pair = (code = '', by = makeClient(app.url)) => by.call<Some>('POST', '/api/devices/pair', { code })

  test('is paired by one of ten who have its code, however it is typed', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const { pairingCode = '', id } = await add(ann, house)
    expect(pairingCode).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    const typed = ` ${pairingCode.toLowerCase().replace('-', ' ')} `
    const answers = await Promise.all(Array.from({ length: 10 }, () => pair(typed)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status !== 200).map(codeOf)).toEqual(
      Array.from({ length: 9 }, () => '410 pairing_code_expired'),
    )
    expect(answers.find(({ status }) => status === 200)?.body).toMatchObject({
      id,
      organisation: 'The house',
    })
  })

  test('is the browser’s from then on, and ends', async () => {
    const ann = await signUp()
    const house = await found(ann)
    const { pairingCode, id } = await add(ann, house)
    const browser = makeClient(app.url)
    expectStatus(await pair(pairingCode, browser), 200)
    const current = () => browser.call<{ device: Some | null }>('GET', '/api/devices/current')
    expect((await current()).body.device).toMatchObject({ id, name: 'Gate', endsAt })
    expectStatus(await ann.client.call('DELETE', `/api/organisations/${house}/devices/${id}`), 204)
    expect((await current()).body.device).toBeNull()
  })

  test.each([
    ['ten minutes later', `update platform.organisation_keys set pairing_until = now() where id = $1`],
    ['when the device was ended', `update platform.organisation_keys set ended_at = now() where id = $1`],
    ['after the end of the device', `update platform.organisation_keys set expires_at = now() where id = $1`],
  ])('is not paired %s', async (_what, meanwhile) => {
    const ann = await signUp()
    const { pairingCode, id } = await add(ann, await found(ann))
    await query(meanwhile, [id])
    expect(codeOf(await pair(pairingCode))).toBe('410 pairing_code_expired')
  })

  test('is guessed at twenty times in ten minutes by one network', async () => {
    for (let count = 0; count < 20; count += 1) expect((await pair('0000-0000')).status).toBe(410)
    expect(codeOf(await pair('0000-0000'))).toBe('429 too_many_requests')
  })
})
