// How long the places are held, by the server's clock, and what happens at zero.
import type { OrderKind } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { serverNowMs, useSecondsUntil } from '../api/clock.ts'
import { useFormat } from '../format.ts'

export interface CountdownProps {
  readonly kind: OrderKind
  readonly expiresAt: string
  readonly createdAt: string
  readonly extended: boolean
}

/** From here on the time is short. */
const shortSeconds = 120
/** Said aloud at these marks only; a voice that counts every second is no help. */
const spokenMarks = [300, 120, 60, 30, 10]

/** Before that a reservation is a date, and no clock that runs. */
const soonSeconds = 3_600

export function Countdown(props: CountdownProps) {
  const seconds = useSecondsUntil(props.expiresAt)
  if (props.kind === 'reservation' && seconds > soonSeconds) return <ReservedUntil {...props} />
  return <RunningClock {...props} />
}

function ReservedUntil({ expiresAt }: CountdownProps) {
  const t = useTranslations('countdown')
  const format = useFormat()
  return (
    <div className="rounded-lg border border-line bg-surface px-4 py-4 sm:px-6">
      <p className="font-semibold">{t('reserved')}</p>
      <p className="text-soft">
        {t('reservedUntil', { day: format.day(expiresAt), time: format.time(expiresAt) })}
      </p>
    </div>
  )
}

function RunningClock({ expiresAt, createdAt, extended }: CountdownProps) {
  const t = useTranslations('countdown')
  const format = useFormat()
  const seconds = useSecondsUntil(expiresAt)
  const wholeMs = Math.max(1, Date.parse(expiresAt) - Date.parse(createdAt))
  const share = Math.min(1, Math.max(0, (Date.parse(expiresAt) - serverNowMs()) / wholeMs))
  const over = seconds === 0
  const short = seconds <= shortSeconds
  const spoken = spokenMarks.findLast((mark) => seconds <= mark)
  return (
    <div
      className={`rounded-lg border px-4 py-4 sm:px-6 ${short ? 'border-warm/40 bg-warm-soft' : 'border-line bg-surface'}`}
    >
      <div className="flex items-center justify-between gap-4">
        <div>
          <p className="font-semibold">{over ? t('over') : extended ? t('extended') : t('held')}</p>
          <p className="text-small text-soft">
            {over
              ? t('overText')
              : extended
                ? t('extendedText')
                : t('until', { time: format.time(expiresAt) })}
          </p>
          {extended && !over && (
            <p className="text-small">{t('extendedUntil', { time: format.time(expiresAt) })}</p>
          )}
        </div>
        <p
          role="timer"
          aria-label={t('left')}
          className={`shrink-0 text-heading font-bold whitespace-nowrap ${short ? 'text-warm' : ''}`}
        >
          {format.countdown(seconds)}
        </p>
      </div>
      <div aria-hidden="true" className="mt-3 h-1.5 overflow-hidden rounded-full bg-line">
        <div
          className={`h-full origin-left rounded-full ${short ? 'bg-warm' : 'bg-accent'}`}
          style={{ transform: `scaleX(${share})` }}
        />
      </div>
      <p role="status" className="sr-only">
        {spoken !== undefined && !over ? t('spoken', { seconds: spoken }) : ''}
      </p>
    </div>
  )
}
