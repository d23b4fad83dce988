// What is asked of an order and its tickets, and the answers as people read them.
import type { Answer, OrderUnits, OrderView } from '@holdfast/contract'
import { queryOptions } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { useFormat } from '../format.ts'

export const unitsKey = (orderId: string) => ['units', orderId]

/** Asked again once there are tickets, of which it says whose they are. */
export const unitsQuery = ({ id, tickets = [] }: Pick<OrderView, 'id' | 'tickets'>) =>
  queryOptions({
    queryKey: [...unitsKey(id), tickets.length],
    queryFn: ({ signal }) => call<OrderUnits>(`/api/orders/${encodeURIComponent(id)}/units`, { signal }),
  })

/** Whether buyers are asked anything. */
export const asksAnything = ({ holderNames, questions }: OrderUnits): boolean =>
  questions.length > 0 || holderNames === 'optional' || holderNames === 'required'

export const missingIn = ({ missing, items }: OrderUnits): number =>
  [missing, ...items.map((item) => item.missing)].flat().length

/** An answer in words. */
export function useAnswerText(): (answer: Answer) => string {
  const t = useTranslations('asked')
  const format = useFormat()
  return (answer) => {
    if (typeof answer === 'boolean') return t(answer ? 'yes' : 'no')
    if (typeof answer === 'number') return format.number(answer)
    if (Array.isArray(answer)) return answer.join(', ')
    return /^\d{4}-\d\d-\d\d$/.test(answer) ? format.day(`${answer}T12:00:00Z`, 'UTC') : answer
  }
}
