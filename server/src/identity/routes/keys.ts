// HTTP of what acts for an organisation without being a person: tokens of programs, devices at the door.
import type { IncomingMessage } from 'node:http'
import {
  attemptLimits,
  CurrentDevice,
  DeviceBody,
  DeviceView,
  Id,
  NewDevice,
  NewOrganisationToken,
  OrganisationTokenBody,
  OrganisationTokenView,
  Page,
  PairBody,
  PairedDevice,
} from '@holdfast/contract'
import { Type } from 'typebox'
import type { Limits } from '../../platform/http/limits.ts'
import { networkOf } from '../../platform/http/network.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { requireOrganisation } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { deviceView, type OrganisationKeys, type Paired } from '../keys.ts'
import { keepOwn } from '../organisations.ts'
import { setCookie } from './cookies.ts'
import { NoContent, organisationParams, page, scopeOf, tags } from './organisations.ts'

export interface KeyRoutes {
  readonly db: Database
  readonly keys: OrganisationKeys
  readonly limits: Limits
  readonly limitsNetwork: (request: IncomingMessage) => boolean
  readonly publicUrl: string
}

export function keyRoutes(app: Http, parts: KeyRoutes): void {
  tokenRoutes(app, parts)
  deviceRoutes(app, parts)
  pairingRoutes(app, parts)
}

function refusePast(instant: string | undefined): void {
  if (instant !== undefined && Date.parse(instant) <= Date.now())
    throw new ProblemError('invalid_request', { detail: 'the end is in the past' })
}

function tokenRoutes(app: Http, { db, keys }: KeyRoutes): void {
  const path = '/api/organisations/:id/tokens'
  const config = { right: 'settings' } as const
  app.get(
    path,
    {
      config,
      schema: {
        tags,
        summary: 'List the API tokens of an organisation',
        params: organisationParams,
        response: { 200: Page(OrganisationTokenView) },
      },
    },
    async (request) => page(await keys.tokens(requireOrganisation(request).organisationId)),
  )
  app.post(
    path,
    {
      config,
      schema: {
        tags,
        summary: 'Create an API token of an organisation',
        description:
          'Send it as `Authorization: Bearer …`. Shown only once. It has a role, which is never `owner`, and stays when who made it leaves.',
        params: organisationParams,
        body: OrganisationTokenBody,
        response: { 201: NewOrganisationToken },
      },
    },
    async (request, reply) => {
      const { organisationId, staff } = requireOrganisation(request)
      const { name, expiresAt, ...scope } = request.body
      const { role, showIds } = scopeOf(scope)
      if (role === 'owner') throw new ProblemError('invalid_request', { detail: 'a token is never an owner' })
      refusePast(expiresAt)
      await keepOwn(db, organisationId, staff.id)
      const asked = { organisationId, by: staff.id, name: name.trim(), role, showIds }
      const made = await keys.makeToken({ ...asked, expiresAt: expiresAt ?? null })
      if ('rejection' in made) throw new ProblemError(made.rejection)
      return reply.code(201).send(made)
    },
  )
  app.delete(
    `${path}/:tokenId`,
    {
      config,
      schema: {
        tags,
        summary: 'Revoke an API token of an organisation',
        params: Type.Object({ id: Id, tokenId: Id }),
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { organisationId } = requireOrganisation(request)
      const ended = await keys.end({ organisationId, kind: 'token', id: request.params.tokenId })
      if (!ended) throw new ProblemError('token_unknown')
      return reply.code(204).send(null)
    },
  )
}

function deviceRoutes(app: Http, { db, keys }: KeyRoutes): void {
  const path = '/api/organisations/:id/devices'
  const config = { right: 'settings' } as const
  app.get(
    path,
    {
      config,
      schema: {
        tags,
        summary: 'List the door devices of an organisation',
        params: organisationParams,
        response: { 200: Page(DeviceView) },
      },
    },
    async (request) => page(await keys.devices(requireOrganisation(request).organisationId)),
  )
  app.post(
    path,
    {
      config,
      schema: {
        tags,
        summary: 'Add a door device',
        description:
          'It may check in for these shows, until its end, and nothing else. `pairingCode` works once, within ten minutes.',
        params: organisationParams,
        body: DeviceBody,
        response: { 201: NewDevice },
      },
    },
    async (request, reply) => {
      const { organisationId, staff } = requireOrganisation(request)
      const { name, showIds, endsAt } = request.body
      refusePast(endsAt)
      await keepOwn(db, organisationId, staff.id)
      const asked = { organisationId, by: staff.id, name: name.trim(), showIds, expiresAt: endsAt }
      const made = await keys.makeDevice(asked)
      if ('rejection' in made) throw new ProblemError(made.rejection)
      return reply.code(201).send(made)
    },
  )
  app.delete(
    `${path}/:deviceId`,
    {
      config,
      schema: {
        tags,
        summary: 'End a door device',
        params: Type.Object({ id: Id, deviceId: Id }),
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { organisationId } = requireOrganisation(request)
      const ended = await keys.end({ organisationId, kind: 'device', id: request.params.deviceId })
      if (!ended) throw new ProblemError('device_unknown')
      return reply.code(204).send(null)
    },
  )
}

const pairedView = ({ device, organisation }: Omit<Paired, 'token'>) => {
  const { id, name, showIds, endsAt } = deviceView(device)
  return { id, name, organisationId: device.organisationId, organisation, showIds, endsAt }
}

function pairingRoutes(app: Http, { keys, limits, limitsNetwork, publicUrl }: KeyRoutes): void {
  app.post(
    '/api/devices/pair',
    {
      schema: {
        security: [],
        tags,
        summary: 'Pair a door device with its code',
        description:
          'Answers the device’s token, once. A browser gets it as its cookie: it acts for the door from then on, and not for who was signed in.',
        body: PairBody,
        response: { 200: PairedDevice },
      },
    },
    async (request, reply) => {
      if (limitsNetwork(request.raw))
        await limits.consume(attemptLimits.pairingOfNetwork, networkOf(request.ip))
      const paired = await keys.pair(request.body.code)
      if (!paired) throw new ProblemError('pairing_code_expired')
      const view = pairedView(paired)
      const maxAgeSeconds = Math.max(1, Math.floor((Date.parse(view.endsAt) - Date.now()) / 1000))
      setCookie(reply, publicUrl, { token: paired.token, maxAgeSeconds })
      return { ...view, token: paired.token }
    },
  )

  app.get(
    '/api/devices/current',
    {
      schema: {
        security: [],
        tags,
        summary: 'Get the door device that asks',
        response: { 200: CurrentDevice },
      },
    },
    async ({ key }) => {
      const paired = key?.kind === 'device' ? await keys.device(key.id) : null
      return { device: paired && pairedView(paired) }
    },
  )
}
