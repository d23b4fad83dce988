// One press: become a guest where needed, hold the places, go to the checkout. Pressing twice holds
// once.
import type { OrderBody, OrderView } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { ApiError, call, makeIdempotencyKey, mayPass } from '../../api/client.ts'
import { availabilityQuery, currentUserQuery, orderQuery } from '../../api/queries.ts'
import { expectSession } from '../../api/session.ts'
import { useNavigate } from '../../navigation/router.tsx'

export interface Placing {
  readonly order: OrderBody
  /** Undefined: buy as who is signed in. */
  readonly guestEmail: string | undefined
}

export function usePlaceOrder() {
  const client = useQueryClient()
  const navigate = useNavigate()
  // One key for one intention: pressed again after a lost answer, the shop replays the first hold
  // instead of making a second.
  const intention = useRef({ text: '', key: '' })
  // Once for each address: a retry needs no further session.
  const guest = useRef('')
  return useMutation({
    mutationFn: async ({ order, guestEmail }: Placing) => {
      if (guestEmail !== undefined && guest.current !== guestEmail) {
        await call('/api/users/guest', { method: 'POST', body: { email: guestEmail } })
        await expectSession(client)
        guest.current = guestEmail
      }
      const text = JSON.stringify(order)
      if (intention.current.text !== text) intention.current = { text, key: makeIdempotencyKey() }
      try {
        return await call<OrderView>('/api/orders', {
          method: 'POST',
          body: order,
          idempotencyKey: intention.current.key,
        })
      } catch (error) {
        if (!mayPass(error)) intention.current = { text: '', key: '' }
        // The session ended meanwhile: the form asks for the address again.
        if (error instanceof ApiError && error.code === 'unauthenticated') {
          guest.current = ''
          void client.invalidateQueries({ queryKey: currentUserQuery.queryKey })
        }
        throw error
      }
    },
    // The page has the new price before it says so.
    onError: async (error, { order: { showId } }) => {
      if (!(error instanceof ApiError) || error.code !== 'price_changed') return
      await client.refetchQueries({ queryKey: availabilityQuery(showId).queryKey, exact: true })
    },
    retry: (failures, error) => mayPass(error) && failures < 3,
    onSuccess: (order) => {
      intention.current = { text: '', key: '' }
      client.setQueryData(orderQuery(order.id).queryKey, order)
      void client.invalidateQueries({ queryKey: ['open-orders'] })
      void client.invalidateQueries({ queryKey: ['orders'] })
      const free = order.due.amountMinor === 0
      return navigate(
        free
          ? { to: '/orders/$orderId', params: { orderId: order.id } }
          : { to: '/checkout/$orderId', params: { orderId: order.id } },
      )
    },
  })
}
