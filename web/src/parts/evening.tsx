// What a show says of its evening beside its start: doors, end, last entry, from which age.
import type { ShowView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'

export function Evening({ show }: { readonly show: ShowView }) {
  const t = useTranslations('evening')
  const format = useFormat()
  const { doorsAt, endsAt, lastEntryAt, leastAge, startsAt, timeZone } = show
  /** The day only where it is another one than the start's. */
  const moment = (instant: string) =>
    format.day(instant, timeZone) === format.day(startsAt, timeZone)
      ? format.time(instant, timeZone)
      : format.moment(instant, timeZone)
  const told = [
    doorsAt && t('doors', { time: moment(doorsAt) }),
    endsAt && t('ends', { time: moment(endsAt) }),
    lastEntryAt && t('lastEntry', { time: moment(lastEntryAt) }),
    leastAge && t('leastAge', { age: leastAge }),
  ].filter(Boolean)
  if (told.length === 0) return null
  return (
    <ul className="mt-1 flex flex-wrap gap-x-4 text-soft">
      {told.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  )
}
