// Until when places are reserved where nobody says otherwise.
import type { ShowView } from '@holdfast/contract'
import { serverNowMs } from '../../api/clock.ts'

const weekMs = 7 * 86_400_000

/** A week, or until a show that is sooner. */
export function inAWeek({ startsAt }: Pick<ShowView, 'startsAt'>): string {
  return new Date(Math.min(serverNowMs() + weekMs, Date.parse(startsAt))).toISOString()
}
