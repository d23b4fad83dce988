// When a show is: in its own zone first, then in the reader's where the two differ.
import { useTranslations } from 'use-intl'
import { sameWallClock, useFormat } from '../format.ts'
import { readersTimeZone } from '../i18n.tsx'

export interface Dated {
  readonly startsAt: string
  /** Of a show that was moved: when it was first announced for. */
  readonly previousStartsAt?: string
  readonly timeZone: string
}

export function When({ show, className }: { readonly show: Dated; readonly className?: string }) {
  const t = useTranslations('when')
  const format = useFormat()
  const local = sameWallClock(show.startsAt, show.timeZone, readersTimeZone)
  return (
    <div className={className}>
      <time dateTime={show.startsAt} className="block font-semibold">
        {t('dayAndTime', {
          day: format.day(show.startsAt, show.timeZone),
          time: format.time(show.startsAt, show.timeZone),
        })}
      </time>
      {!local && (
        <span className="block text-small text-soft">
          {t('zones', {
            zone: format.zone(show.startsAt, show.timeZone),
            here: t('dayAndTime', { day: format.day(show.startsAt), time: format.time(show.startsAt) }),
          })}
        </span>
      )}
      {show.previousStartsAt && (
        <span className="block text-small font-medium text-warm">
          {t('movedFrom', {
            day: format.day(show.previousStartsAt, show.timeZone),
            time: format.time(show.previousStartsAt, show.timeZone),
          })}
        </span>
      )}
    </div>
  )
}
