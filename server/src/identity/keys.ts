// Tokens and door devices of an organisation: made by its owners, shown once, ended by them.
import { randomBytes } from 'node:crypto'
import { type DeviceView, type OrganisationTokenView, quotas, type Role } from '@holdfast/contract'
import {
  endKey,
  insertKey,
  type ListedKey,
  listKeys,
  pairDevice,
  readKey,
} from '../platform/http/staff/key-store.ts'
import { hashOfSecret, type Keys, newKeySecret, type OrganisationKey } from '../platform/http/staff/keys.ts'
import { lockOrganisation, readOrganisations } from '../platform/http/staff/organisations.ts'
import type { Database } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import { readName, scopeView } from './organisations.ts'
import { readEmails } from './store/accounts.ts'

/** Without letters that look alike. 8 of them are 40 bits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 8

/** Shown in two groups, as it is read aloud. */
function newPairingCode(): string {
  const letters = [...randomBytes(codeLength)].map((byte) => alphabet[byte % alphabet.length])
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
}

/** However it is typed: a code is one word. */
const plainCode = (code: string): string =>
  code
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')

export interface KeyAsked {
  readonly organisationId: string
  readonly by: string
  readonly name: string
  readonly showIds: readonly string[] | null
  readonly expiresAt: string | null
}

export interface Paired {
  readonly device: ListedKey
  readonly organisation: string
  readonly token: string
}

type Full = { readonly rejection: 'quota_exceeded' }

export interface OrganisationKeys {
  makeToken(
    asked: KeyAsked & { readonly role: Exclude<Role, 'owner'> },
  ): Promise<(OrganisationTokenView & { readonly token: string }) | Full>
  makeDevice(asked: KeyAsked): Promise<(DeviceView & { readonly pairingCode: string }) | Full>
  tokens(organisationId: string): Promise<OrganisationTokenView[]>
  devices(organisationId: string): Promise<DeviceView[]>
  /** False when there is none. */
  end(key: Pick<OrganisationKey, 'organisationId' | 'kind' | 'id'>): Promise<boolean>
  /** Null when no device waits for this code. */
  pair(code: string): Promise<Paired | null>
  device(id: string): Promise<Omit<Paired, 'token'> | null>
}

const tokenView = (
  { id, name, madeBy, madeAt, expiresAt, lastUsedAt, ...scope }: ListedKey,
  emails: ReadonlyMap<string, string>,
): OrganisationTokenView => ({
  id,
  name,
  ...scopeView(scope),
  madeBy: emails.get(madeBy) ?? '',
  createdAt: madeAt,
  ...(expiresAt === null ? {} : { expiresAt }),
  ...(lastUsedAt === null ? {} : { lastUsedAt }),
})

export const deviceView = ({ id, name, showIds, expiresAt, paired, lastUsedAt }: ListedKey): DeviceView => ({
  id,
  name,
  showIds: [...(showIds ?? [])],
  endsAt: expiresAt ?? '',
  paired,
  ...(lastUsedAt === null ? {} : { lastUsedAt }),
})

export function makeOrganisationKeys({ db, keys }: { db: Database; keys: Keys }): OrganisationKeys {
  const make = (
    { by: madeBy, ...asked }: KeyAsked & Pick<OrganisationKey, 'kind' | 'role'>,
    hashes: Parameters<typeof insertKey>[2],
  ): Promise<ListedKey | null> =>
    db.transaction(async (tx) => {
      await lockOrganisation(tx, asked.organisationId)
      const kept = [
        ...(await listKeys(tx, asked.organisationId, 'token')),
        ...(await listKeys(tx, asked.organisationId, 'device')),
      ]
      if (kept.length >= quotas.keysOfOrganisation) return null
      return insertKey(tx, { id: newId(), madeBy, ...asked }, hashes)
    })

  const named = async (device: ListedKey) => {
    const [organisation] = await readOrganisations(db, [device.organisationId])
    return { device, organisation: organisation ? await readName(db, organisation) : '' }
  }

  return {
    async makeToken(asked) {
      const token = newKeySecret('token')
      const made = await make({ ...asked, kind: 'token' }, { secret: hashOfSecret(token) })
      if (!made) return { rejection: 'quota_exceeded' }
      return { ...tokenView(made, await readEmails(db, [asked.by])), token }
    },
    async makeDevice(asked) {
      const code = newPairingCode()
      const hashes = { pairing: hashOfSecret(plainCode(code)) }
      const made = await make({ ...asked, kind: 'device', role: 'door' }, hashes)
      return made ? { ...deviceView(made), pairingCode: code } : { rejection: 'quota_exceeded' }
    },
    async tokens(organisationId) {
      const listed = await listKeys(db, organisationId, 'token')
      const emails = await readEmails(
        db,
        listed.map(({ madeBy }) => madeBy),
      )
      return listed.map((key) => tokenView(key, emails))
    },
    async devices(organisationId) {
      return (await listKeys(db, organisationId, 'device')).map(deviceView)
    },
    async end(key) {
      const ended = await endKey(db, key)
      keys.forget()
      return ended
    },
    async pair(code) {
      const token = newKeySecret('device')
      const hashes = { pairing: hashOfSecret(plainCode(code)), secret: hashOfSecret(token) }
      const device = await pairDevice(db, hashes)
      return device && { ...(await named(device)), token }
    },
    async device(id) {
      const device = await readKey(db, id)
      return device && named(device)
    },
  }
}
