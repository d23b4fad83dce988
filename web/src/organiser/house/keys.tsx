// Door devices and API tokens: what acts for the organisation without being a person. Their secrets are
// shown once, when they are made.
import type {
  DeviceBody,
  DeviceView,
  OrganisationTokenView,
  OrganisationView,
  Role,
} from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { useFormat } from '../../format.ts'
import { Field, Notice, useFailureText } from '../../parts/basics.tsx'
import { isolated } from '../../parts/user-text.tsx'
import { End, RoleSelect, roles, ScopeText, Section, ShowChoice } from './parts.tsx'
import { devicesQuery, housePath, tokensQuery } from './queries.ts'

interface Parts {
  readonly house: OrganisationView
}

/** Makes something of the organisation, and reads its lists again. */
function useMaking<Body, Made>(house: OrganisationView, what: 'devices' | 'tokens') {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Body) => call<Made>(housePath(house.id, `/${what}`), { method: 'POST', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['organisation', house.id, what] }),
  })
}

export function Devices({ house }: Parts) {
  const t = useTranslations('house')
  const format = useFormat()
  const { data: devices = [] } = useQuery(devicesQuery(house.id))
  return (
    <Section title={t('devices')} text={t('devicesText')}>
      <ul className="divide-y divide-line">
        {devices.map(({ id, name, showIds, endsAt, paired }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
            <div className="min-w-0 grow">
              <p className="[overflow-wrap:anywhere]">{isolated(name)}</p>
              <p className="text-small text-soft">
                {t('onlyShows', { count: showIds.length })} · {t('until', { when: format.moment(endsAt) })} ·{' '}
                {t(paired ? 'paired' : 'notPaired')}
              </p>
            </div>
            <End
              house={house}
              path={`/devices/${id}`}
              button={t('endDevice')}
              name={name}
              question={t('endDeviceTitle', { name: isolated(name) })}
              text={t('endDeviceText')}
              done={() => undefined}
            />
          </li>
        ))}
      </ul>
      <AddDevice house={house} />
    </Section>
  )
}

/** Tomorrow morning, as the field wants it: a night at the door is over by then. */
function tomorrowMorning(): string {
  const at = new Date(Date.now() + 24 * 3_600_000)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T06:00`
}

function AddDevice({ house }: Parts) {
  const t = useTranslations('house')
  const failureText = useFailureText()
  const [name, setName] = useState('')
  const [endsAt, setEndsAt] = useState(tomorrowMorning)
  const [showIds, setShowIds] = useState<readonly string[]>([])
  const adding = useMaking<DeviceBody, DeviceView & { pairingCode: string }>(house, 'devices')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = { name: name.trim(), showIds: [...showIds], endsAt: new Date(endsAt).toISOString() }
    adding.mutate(body, { onSuccess: () => setName('') })
  }
  return (
    <form onSubmit={submit} className="grid gap-4 border-t border-line pt-4">
      <Field
        label={t('deviceName')}
        hint={t('deviceNameHint')}
        input={{
          required: true,
          maxLength: 100,
          value: name,
          onChange: (event) => setName(event.target.value),
        }}
      />
      <Field
        label={t('endsAt')}
        input={{
          type: 'datetime-local',
          required: true,
          value: endsAt,
          onChange: (event) => setEndsAt(event.target.value),
        }}
      />
      <ShowChoice
        house={house}
        label={t('deviceShows')}
        hint={t('deviceShowsHint')}
        value={showIds}
        onChange={setShowIds}
      />
      {adding.isError && <Notice tone="bad" title={failureText(adding.error)} />}
      {adding.isSuccess && (
        <Notice tone="good" title={t('pairingTitle')}>
          <p className="my-2 font-mono text-display font-bold">{adding.data.pairingCode}</p>
          <p>{t('pairingText')}</p>
        </Notice>
      )}
      <button
        type="submit"
        className="button button-main justify-self-start"
        disabled={adding.isPending || showIds.length === 0}
      >
        {t('addDevice')}
      </button>
    </form>
  )
}

export function Tokens({ house }: Parts) {
  const t = useTranslations('house')
  const format = useFormat()
  const { data: tokens = [] } = useQuery(tokensQuery(house.id))
  return (
    <Section title={t('tokens')} text={t('tokensText')}>
      <ul className="divide-y divide-line">
        {tokens.map((token) => (
          <li key={token.id} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
            <div className="min-w-0 grow">
              <p className="[overflow-wrap:anywhere]">{isolated(token.name)}</p>
              <p className="text-small text-soft [overflow-wrap:anywhere]">
                <ScopeText scope={token} /> · {t('madeBy', { email: isolated(token.madeBy) })} ·{' '}
                {token.lastUsedAt ? t('lastUsed', { when: format.moment(token.lastUsedAt) }) : t('neverUsed')}
              </p>
            </div>
            <End
              house={house}
              path={`/tokens/${token.id}`}
              button={t('revoke')}
              name={token.name}
              question={t('revokeTitle', { name: isolated(token.name) })}
              text={t('revokeText')}
              done={() => undefined}
            />
          </li>
        ))}
      </ul>
      <AddToken house={house} />
    </Section>
  )
}

function AddToken({ house }: Parts) {
  const t = useTranslations('house')
  const failureText = useFailureText()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('finance')
  const adding = useMaking<{ name: string; role: Role }, OrganisationTokenView & { token: string }>(
    house,
    'tokens',
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    adding.mutate({ name: name.trim(), role }, { onSuccess: () => setName('') })
  }
  return (
    <form onSubmit={submit} className="grid gap-4 border-t border-line pt-4">
      <Field
        label={t('tokenName')}
        hint={t('tokenNameHint')}
        input={{
          required: true,
          maxLength: 100,
          value: name,
          onChange: (event) => setName(event.target.value),
        }}
      />
      <RoleSelect
        label={t('tokenRole')}
        value={role}
        choices={roles.filter((each) => each !== 'owner')}
        onChange={setRole}
      />
      {adding.isError && <Notice tone="bad" title={failureText(adding.error)} />}
      {adding.isSuccess && (
        <Notice tone="good" title={t('tokenTitle')}>
          <p className="my-2 font-mono text-small break-all">{adding.data.token}</p>
          <p>{t('tokenText')}</p>
        </Notice>
      )}
      <button type="submit" className="button button-main justify-self-start" disabled={adding.isPending}>
        {t('addToken')}
      </button>
    </form>
  )
}
