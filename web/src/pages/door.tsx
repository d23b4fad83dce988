// The door: scan or type a code, see at once whether to let somebody in. Large answers, readable at
// arm's length.
import type { CurrentDevice } from '@holdfast/contract'
import { isVisible } from '@holdfast/contract/text'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useCallback, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { currentUserQuery } from '../api/queries.ts'
import { FindByName } from '../asked/find-by-name.tsx'
import { useFormat } from '../format.ts'
import { deviceQuery } from '../organiser/house/queries.ts'
import { RequireUser } from '../organiser/require-user.tsx'
import { PageTitle } from '../parts/basics.tsx'
import { isolated } from '../parts/user-text.tsx'
import { recall, remember } from '../remembered.ts'
import { type Answer, BigAnswer, useCheckIn } from './door-answer.tsx'
import { Camera } from './door-camera.tsx'
import { Pairing } from './door-pairing.tsx'

export function DoorPage() {
  const t = useTranslations('door')
  const device = useQuery(deviceQuery)
  const { data: current } = useQuery(currentUserQuery)
  if (device.data) return <Door device={device.data} />
  if (current?.user?.kind === 'user') return <Door device={null} />
  return (
    <>
      <RequireUser title={t('title')}>{null}</RequireUser>
      {device.isSuccess && current && <Pairing />}
    </>
  )
}

const storageKey = 'holdfast-door'
const doorLength = 60

function Door({ device }: { readonly device: CurrentDevice['device'] }) {
  const t = useTranslations('door')
  const format = useFormat()
  const [door, setDoor] = useState(() => recall(storageKey) ?? device?.name.slice(0, doorLength) ?? '')
  const [naming, setNaming] = useState(door === '')
  const { answers, busy, check, again } = useCheckIn(door)
  const [latest, ...earlier] = answers
  const onScan = useCallback((scanned: string) => check(scanned), [check])
  const keep = (name: string) => {
    remember(storageKey, name)
    setDoor(name)
    setNaming(false)
  }
  return (
    <div className="mx-auto max-w-narrow pt-4">
      <PageTitle title={t('title')}>{t('title')}</PageTitle>
      {device && (
        <p className="mt-1 text-soft [overflow-wrap:anywhere]">
          {t('device', {
            organisation: isolated(device.organisation),
            count: device.showIds.length,
            when: format.moment(device.endsAt),
          })}
        </p>
      )}
      {naming ? (
        <DoorName initial={door} keep={keep} />
      ) : (
        <>
          <p className="mt-1 text-soft">
            {t('at', { door: isolated(door) })}{' '}
            <button type="button" className="link min-h-6 cursor-pointer" onClick={() => setNaming(true)}>
              {t('doorChange')}
            </button>
          </p>
          <div aria-live="assertive" className="mt-4">
            <BigAnswer answer={latest} busy={busy} again={again} />
          </div>
          <Camera onScan={onScan} />
          <CodeForm check={check} />
          <FindByName device={device} check={check} />
          {earlier.length > 0 && <Earlier answers={earlier} />}
        </>
      )}
    </div>
  )
}

/** Asked once on each device: whoever scans a ticket again elsewhere is told where it was used. */
function DoorName({ initial, keep }: { readonly initial: string; readonly keep: (name: string) => void }) {
  const t = useTranslations('door')
  const [name, setName] = useState(initial)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isVisible(name)) keep(name.trim())
  }
  return (
    <form onSubmit={submit} className="panel mt-4 grid gap-4 p-5 sm:p-6">
      <div>
        <label htmlFor="door-name" className="mb-1 block font-medium">
          {t('doorName')}
        </label>
        <input
          id="door-name"
          dir="auto"
          className="input"
          aria-describedby="door-hint"
          value={name}
          maxLength={doorLength}
          onChange={(event) => setName(event.target.value)}
        />
        <p id="door-hint" className="mt-1 text-small text-soft">
          {t('doorHint')}
        </p>
      </div>
      <button type="submit" className="button button-main button-large" disabled={!isVisible(name)}>
        {t('doorSave')}
      </button>
    </form>
  )
}

/** A scanner that types ends with Enter; the field is ready for the next ticket at once. */
function CodeForm({ check }: { readonly check: (code: string) => void }) {
  const t = useTranslations('door')
  const [code, setCode] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const typed = code.trim()
    if (typed === '') return
    check(typed)
    setCode('')
    field.current?.focus()
  }
  return (
    <form onSubmit={submit} className="mt-5 flex items-end gap-2">
      <div className="min-w-0 grow">
        <label htmlFor="code" className="mb-1 block font-medium">
          {t('code')}
        </label>
        <input
          id="code"
          ref={field}
          className="input font-mono uppercase"
          value={code}
          maxLength={64}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          onChange={(event) => setCode(event.target.value)}
        />
      </div>
      <button type="submit" className="button button-main" disabled={code.trim() === ''}>
        {t('check')}
      </button>
    </form>
  )
}

const chips = { in: 'chip chip-good', refused: 'chip chip-bad', unsure: 'chip chip-warm' } as const
const chipTexts = { in: 'in', refused: 'refused', unsure: 'noAnswer' } as const

function Earlier({ answers }: { readonly answers: readonly Answer[] }) {
  const t = useTranslations('door')
  return (
    <section aria-labelledby="earlier" className="mt-8">
      <h2 id="earlier" className="mb-2 text-title">
        {t('earlier')}
      </h2>
      <ul className="divide-y divide-line">
        {answers.map((answer) => (
          <li key={answer.scan.key} className="flex items-center justify-between gap-4 py-2">
            <span className="truncate font-mono text-small">{answer.scan.code}</span>
            <span className={chips[answer.kind]}>{t(chipTexts[answer.kind])}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
