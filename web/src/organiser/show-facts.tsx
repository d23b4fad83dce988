// The sections of the form of a show, but for its ticket types. Each error stands at its field.
import { supportedCurrencies } from '@holdfast/contract/currency'
import { isVisible } from '@holdfast/contract/text'
import { type ReactNode, useId, useState } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { useDuration, useFormat } from '../format.ts'
import { Field } from '../parts/basics.tsx'
import { knownZones } from '../reader.ts'
import { hasEvening, isSameStart, type ShowFields } from './form/show-form.ts'
import { readWallClock } from './form/wall-clock.ts'

export interface FormSectionProps {
  readonly title: string
  readonly hint?: string
  /** Without a panel of its own: what it holds brings theirs. */
  readonly plain?: boolean
  readonly children: ReactNode
}

export function FormSection({ title, hint, plain, children }: FormSectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="text-title">
        {title}
      </h2>
      {hint && <p className="text-small text-soft">{hint}</p>}
      <div className={plain ? 'mt-3 grid gap-4' : 'panel mt-3 grid gap-4 p-4 sm:grid-cols-2 sm:p-6'}>
        {children}
      </div>
    </section>
  )
}

export function AboutShow() {
  const t = useTranslations('edit')
  const { register, formState } = useFormContext<ShowFields>()
  return (
    <FormSection title={t('facts')}>
      <Field
        className="sm:col-span-2"
        label={t('title')}
        error={formState.errors.title && t('required')}
        input={{ maxLength: 200, ...register('title', { validate: isVisible }) }}
      />
      <div className="sm:col-span-2">
        <label htmlFor="description" className="mb-1 block font-medium">
          {t('description')}
        </label>
        <textarea
          id="description"
          dir="auto"
          rows={5}
          maxLength={10_000}
          className="input"
          aria-describedby="description-hint"
          {...register('description')}
        />
        <p id="description-hint" className="mt-1 text-small text-soft">
          {t('descriptionHint')}
        </p>
      </div>
    </FormSection>
  )
}

const isVisibleOrEmpty = (text: string) => text.trim() === '' || isVisible(text)

/** What a typed start means when the clocks change around it. What nobody touched needs no word. */
function useClockHint(initial: ShowFields): string | undefined {
  const t = useTranslations('edit')
  const format = useFormat()
  const [startsAt, timeZone] = useWatch<ShowFields, ['startsAt', 'timeZone']>({
    name: ['startsAt', 'timeZone'],
  })
  const read = isSameStart({ startsAt, timeZone }, initial) ? null : readWallClock(startsAt, timeZone)
  if (!read || read.kind === 'plain') return undefined
  return t(read.kind === 'skipped' ? 'timeSkipped' : 'timeDoubled', {
    day: format.day(read.instant, timeZone),
    time: format.time(read.instant, timeZone),
  })
}

export interface WhenAndWhereProps {
  readonly initial: ShowFields
  /** The browser does not know where it is, so the organiser must say where the show is. */
  readonly zoneIsGuessed: boolean
}

export function WhenAndWhere({ initial, zoneIsGuessed }: WhenAndWhereProps) {
  const t = useTranslations('edit')
  const { register, formState } = useFormContext<ShowFields>()
  const clockHint = useClockHint(initial)
  return (
    <FormSection title={t('whenAndWhere')}>
      <div>
        <Field
          label={t('startsAt')}
          error={formState.errors.startsAt && t('required')}
          input={{ type: 'datetime-local', ...register('startsAt', { required: true }) }}
        />
        <p role="status" className="mt-1 text-small font-medium text-warm empty:hidden">
          {clockHint}
        </p>
      </div>
      <div className="min-w-0">
        <label htmlFor="zone" className="mb-1 block font-medium">
          {t('timeZone')}
        </label>
        <select id="zone" className="input" {...register('timeZone')}>
          {[...new Set([initial.timeZone, ...knownZones()])].map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
        {zoneIsGuessed && <p className="mt-1 text-small font-medium text-warm">{t('zoneUnknown')}</p>}
      </div>
      <Field
        className="sm:col-span-2"
        label={t('venue')}
        error={formState.errors.venue && t('required')}
        input={{ maxLength: 200, ...register('venue', { validate: isVisibleOrEmpty }) }}
      />
    </FormSection>
  )
}

/** A year. */
const mostReturnHours = 8_784
const isWholeOrEmpty = (text: string) => text === '' || Number.isInteger(Number(text))

/** What most shows leave out, folded away. An error inside opens it. */
export function MoreAboutEvening() {
  const t = useTranslations('edit')
  const { register, watch, getValues, formState } = useFormContext<ShowFields>()
  const { doorsAt, endsAt, lastEntryAt, leastAge, checkNote, returnHours, returnKeep } = formState.errors
  const wrong = Boolean(
    doorsAt ?? endsAt ?? lastEntryAt ?? leastAge ?? checkNote ?? returnHours ?? returnKeep,
  )
  const [initiallyOpen] = useState(() => hasEvening(getValues()))
  const [startsAt, zone] = [watch('startsAt'), watch('timeZone')]
  const atMs = (text: string) => Date.parse(readWallClock(text, zone)?.instant ?? '')
  const clock = (name: 'doorsAt' | 'endsAt' | 'lastEntryAt', fits: (ms: number) => boolean) => ({
    type: 'datetime-local',
    ...register(name, { validate: (text) => text === '' || fits(atMs(text)) }),
  })
  return (
    <details className="panel group" open={wrong || initiallyOpen || undefined}>
      <summary className="flex cursor-pointer items-center justify-between gap-4 p-4 sm:px-6">
        <span>
          <span className="block text-title font-semibold">{t('evening')}</span>
          <span className="text-small text-soft">{t('eveningHint')}</span>
        </span>
        <span aria-hidden="true" className="text-title text-soft group-open:rotate-180">
          ⌄
        </span>
      </summary>
      <div className="grid gap-4 px-4 pb-5 sm:grid-cols-2 sm:px-6">
        <Field
          label={t('doorsAt')}
          error={doorsAt && t('doorsWrong')}
          input={clock('doorsAt', (ms) => ms <= atMs(startsAt))}
        />
        <Field
          label={t('endsAt')}
          hint={t('endsHint')}
          error={endsAt && t('endsWrong')}
          input={clock('endsAt', (ms) => ms > atMs(startsAt))}
        />
        <Field
          label={t('lastEntryAt')}
          error={lastEntryAt && t('required')}
          input={clock('lastEntryAt', (ms) => !Number.isNaN(ms))}
        />
        <Field
          label={t('leastAge')}
          error={leastAge && t('numberWrong', { least: 1, most: 99 })}
          input={{ type: 'number', min: 1, max: 99, ...register('leastAge', { min: 1, max: 99 }) }}
        />
        <Field
          className="sm:col-span-2"
          label={t('checkNote')}
          hint={t('checkNoteHint')}
          error={checkNote && t('required')}
          input={{ maxLength: 200, ...register('checkNote', { validate: isVisibleOrEmpty }) }}
        />
        <Field
          label={t('returnHours')}
          hint={t('returnHoursHint')}
          error={returnHours && t('numberWrong', { least: 0, most: mostReturnHours })}
          input={{
            type: 'number',
            min: 0,
            max: mostReturnHours,
            ...register('returnHours', { min: 0, max: mostReturnHours, validate: isWholeOrEmpty }),
          }}
        />
        <div className="grid content-start gap-3">
          <Field
            label={t('returnKeep')}
            error={returnKeep && t('numberWrong', { least: 0, most: 100 })}
            input={{
              type: 'number',
              min: 0,
              max: 100,
              step: 'any',
              ...register('returnKeep', { min: 0, max: 100 }),
            }}
          />
          <label className="flex min-h-11 items-center gap-3">
            <input type="checkbox" className="size-5" {...register('returnFees')} />
            {t('returnFees')}
          </label>
        </div>
      </div>
    </details>
  )
}

const usualCurrencies = ['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'DKK', 'NOK', 'PLN', 'CZK', 'JPY', 'CAD', 'AUD']

export function CurrencyField({ fixed, initial }: { readonly fixed: boolean; readonly initial: ShowFields }) {
  const t = useTranslations('edit')
  const { register } = useFormContext<ShowFields>()
  return (
    <label className="flex items-center gap-3 font-medium">
      {t('currency')}
      <select className="input w-auto" disabled={fixed} {...register('currency', { disabled: false })}>
        {[...new Set([initial.currency, ...usualCurrencies, ...supportedCurrencies])].map((code) => (
          <option key={code}>{code}</option>
        ))}
      </select>
    </label>
  )
}

/**
 * Rules that most shows leave as they are: told in one line, opened by who wants others. An error
 * inside opens them.
 */
export function Rules() {
  const t = useTranslations('edit')
  const duration = useDuration()
  const { register, watch, formState } = useFormContext<ShowFields>()
  const { holdMinutes, maxPerOrder, maxPerBuyer } = formState.errors
  const wrong = Boolean(holdMinutes ?? maxPerOrder ?? maxPerBuyer)
  const seconds = Math.round(Number(watch('holdMinutes')) * 60)
  const inWords = t('rulesText', {
    duration: duration(Number.isFinite(seconds) ? seconds : 0),
    count: Number(watch('maxPerOrder')) || 0,
  })
  return (
    <section aria-label={t('rules')}>
      <details className="panel group" open={wrong || undefined}>
        <summary className="flex cursor-pointer items-center justify-between gap-4 p-4 sm:px-6">
          <span>
            <span className="block text-title font-semibold">{t('rules')}</span>
            <span className="text-small text-soft">{inWords}</span>
          </span>
          <span aria-hidden="true" className="text-title text-soft group-open:rotate-180">
            ⌄
          </span>
        </summary>
        <div className="grid gap-4 px-4 pb-5 sm:grid-cols-2 sm:px-6">
          <Field
            label={t('holdMinutes')}
            hint={t('holdHint')}
            error={holdMinutes && t('numberWrong', { least: 1, most: 1440 })}
            input={{
              type: 'number',
              step: 'any',
              ...register('holdMinutes', { required: true, min: 0.01, max: 1440 }),
            }}
          />
          <Field
            label={t('maxPerOrder')}
            error={maxPerOrder && t('numberWrong', { least: 1, most: 100 })}
            input={{ type: 'number', ...register('maxPerOrder', { required: true, min: 1, max: 100 }) }}
          />
          <Field
            label={t('maxPerBuyer')}
            hint={t('maxPerBuyerHint')}
            error={maxPerBuyer && t('numberWrong', { least: 1, most: 1_000_000 })}
            input={{ type: 'number', ...register('maxPerBuyer', { min: 1, max: 1_000_000 }) }}
          />
        </div>
      </details>
    </section>
  )
}
