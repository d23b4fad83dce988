// What buyers are asked of their tickets. Loaded only where something is asked, and never in the way
// of the payment.
import type { OrderView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { asksAnything, unitsQuery } from './queries.ts'

const AskedForm = lazy(() => import('./form.tsx').then((module) => ({ default: module.AskedForm })))

export function AskedPanel({ order }: { readonly order: OrderView }) {
  const { data: units } = useQuery({ ...unitsQuery(order), placeholderData: (before) => before })
  if (units?.orderId !== order.id || !asksAnything(units)) return null
  return (
    <Suspense fallback={null}>
      <AskedForm units={units} key={units.orderId} />
    </Suspense>
  )
}
