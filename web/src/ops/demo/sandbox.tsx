// The card sandbox: its clock, and the faults that it makes on demand. Absent where cards are real.
import type { OpsFault, OpsFaultBody, OpsSandbox } from '@holdfast/contract'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../../format.ts'
import { ActionFailure, Section, useSpan } from '../parts.tsx'
import { useFault } from '../queries.ts'

export function Sandbox({ sandbox }: { readonly sandbox: OpsSandbox }) {
  const t = useTranslations('ops.sandbox')
  if (!sandbox.on) {
    return (
      <Section title={t('title')}>
        <p className="text-soft">{t('off')}</p>
      </Section>
    )
  }
  const reachable = sandbox.reachable !== false
  return (
    <Section
      title={t('title')}
      aside={
        <span className={reachable ? 'chip chip-good' : 'chip chip-bad'}>
          {t(reachable ? 'reachable' : 'unreachable')}
        </span>
      }
    >
      <Clock sandbox={sandbox} />
      {sandbox.faults && <Faults faults={sandbox.faults} />}
    </Section>
  )
}

function Clock({ sandbox }: { readonly sandbox: OpsSandbox }) {
  const t = useTranslations('ops.sandbox')
  const format = useFormat()
  const span = useSpan()
  const offsetSeconds = sandbox.clockOffsetSeconds ?? 0
  const offset = span(Math.abs(offsetSeconds) * 1_000)
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
      {sandbox.now !== undefined && (
        <p>
          <span className="text-soft">{t('clock')}</span> {format.momentWithSeconds(sandbox.now)}{' '}
          <span className="text-small text-soft">
            (
            {offsetSeconds === 0
              ? t('noOffset')
              : t(offsetSeconds > 0 ? 'offset' : 'offsetBehind', { offset })}
            )
          </span>
        </p>
      )}
      {sandbox.origin !== undefined && (
        <a
          href={sandbox.origin}
          target="_blank"
          rel="noreferrer"
          className="link inline-flex min-h-6 items-center"
        >
          {t('dashboard')}
        </a>
      )}
    </div>
  )
}

function Faults({ faults }: { readonly faults: readonly OpsFault[] }) {
  const t = useTranslations('ops.sandbox')
  const setting = useFault()
  return (
    <div className="mt-4 border-t border-line pt-4">
      <div className="flex min-h-11 items-center justify-between gap-4">
        <h3 className="font-semibold">{t('faults')}</h3>
        {faults.length > 1 && (
          <button
            type="button"
            className="button button-quiet"
            onClick={() => setting.mutate({ clear: 'all' })}
          >
            {t('clear')}
          </button>
        )}
      </div>
      {faults.length === 0 && <p className="text-small text-soft">{t('noFaults')}</p>}
      <ul className="grid gap-2">
        {faults.map((fault) => (
          <Fault key={fault.id} fault={fault} remove={() => setting.mutate({ clear: fault.id })} />
        ))}
      </ul>
      <FaultForm busy={setting.isPending} set={(fault) => setting.mutate(fault)} />
      <ActionFailure error={setting.error} />
    </div>
  )
}

function Fault({ fault, remove }: { readonly fault: OpsFault; readonly remove: () => void }) {
  const t = useTranslations('ops.sandbox')
  const name =
    fault.target === 'webhook'
      ? t('webhook', { kind: fault.kind })
      : t('fault', { kind: fault.kind, when: fault.when })
  const facts = [
    fault.match === '*' ? t('every') : t('match', { match: fault.match }),
    fault.timesLeft === null ? t('always') : t('left', { count: fault.timesLeft }),
    t('hits', { count: fault.hits }),
  ]
  return (
    <li className="flex items-center justify-between gap-3 rounded-md bg-warm-soft py-1 pr-1 pl-4">
      <div className="min-w-0 py-1">
        <p className="font-medium [overflow-wrap:anywhere]">{name}</p>
        <p className="text-small text-soft [overflow-wrap:anywhere]">{facts.join(' · ')}</p>
      </div>
      <button
        type="button"
        className="button button-quiet shrink-0"
        aria-label={t('removeOf', { kind: fault.kind })}
        onClick={remove}
      >
        {t('remove')}
      </button>
    </li>
  )
}

const kinds = ['reset', 'hang', 'latency', 'truncate', 'api_error', 'bad_gateway', 'rate_limit'] as const
const operations = {
  create: 'payment_intents.create',
  capture: 'payment_intents.capture',
  cancel: 'payment_intents.cancel',
  retrieve: 'payment_intents.retrieve',
  refund: 'refunds.create',
} as const
type Operation = keyof typeof operations
const slowMs = 3_000
const times = { timesOnce: 1, timesThree: 3, timesAlways: 'always' } as const

function FaultForm({ set, busy }: { readonly set: (fault: OpsFaultBody) => void; readonly busy: boolean }) {
  const t = useTranslations('ops.sandbox')
  const [kind, setKind] = useState<(typeof kinds)[number]>('reset')
  const [operation, setOperation] = useState<Operation>('capture')
  const [when, setWhen] = useState<'before' | 'after'>('after')
  const [often, setOften] = useState<keyof typeof times>('timesOnce')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    set({
      kind,
      when,
      op: operations[operation],
      times: times[often],
      ...(kind === 'latency' ? { delayMs: slowMs } : {}),
    })
  }
  return (
    <form onSubmit={submit} className="mt-4 grid grid-cols-1 gap-3 sm:grid-cols-2">
      <Select label={t('kind')} value={kind} choose={(value) => setKind(value)}>
        {kinds.map((each) => (
          <option key={each} value={each}>
            {t(`kinds.${each}`)}
          </option>
        ))}
      </Select>
      <Select label={t('operation')} value={operation} choose={(value) => setOperation(value)}>
        {(Object.keys(operations) as Operation[]).map((each) => (
          <option key={each} value={each}>
            {t(`operations.${each}`)}
          </option>
        ))}
      </Select>
      <Select label={t('when')} value={when} choose={(value) => setWhen(value)}>
        <option value="before">{t('before')}</option>
        <option value="after">{t('after')}</option>
      </Select>
      <Select label={t('times')} value={often} choose={(value) => setOften(value)}>
        {(Object.keys(times) as (keyof typeof times)[]).map((each) => (
          <option key={each} value={each}>
            {t(each)}
          </option>
        ))}
      </Select>
      <button type="submit" className="button sm:col-span-2 sm:justify-self-start" disabled={busy}>
        {t('add')}
      </button>
    </form>
  )
}

function Select<Value extends string>(props: {
  readonly label: string
  readonly value: Value
  readonly choose: (value: Value) => void
  readonly children: ReactNode
}) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-small font-medium">
        {props.label}
      </label>
      <select
        id={id}
        className="input"
        value={props.value}
        onChange={(event) => props.choose(event.target.value as Value)}
      >
        {props.children}
      </select>
    </div>
  )
}
