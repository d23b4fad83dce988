// Says that the buyer holds places of this show already, in this tab or another, and leads back to
// them.
import type { OrderView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { useSecondsUntil } from '../api/clock.ts'
import { currentUserQuery, type PageOf } from '../api/queries.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { Notice } from '../parts/basics.tsx'

export function OpenHold({ showId }: { readonly showId: string }) {
  const { data: current } = useQuery(currentUserQuery)
  const signedIn = Boolean(current?.user)
  const { data: orders } = useQuery({
    queryKey: ['open-orders'],
    queryFn: ({ signal }) => call<PageOf<OrderView>>('/api/orders?limit=20', { signal }),
    enabled: signedIn,
    refetchOnWindowFocus: 'always',
  })
  const open = orders?.items.find(
    (order) => order.showId === showId && (order.status === 'created' || order.status === 'claimed'),
  )
  return open ? <Hold order={open} /> : null
}

function Hold({ order }: { readonly order: OrderView }) {
  const t = useTranslations('openHold')
  const format = useFormat()
  const seconds = useSecondsUntil(order.expiresAt)
  if (order.status === 'created' && seconds === 0) return null
  const left =
    order.kind === 'reservation'
      ? t('reserved', { moment: format.moment(order.expiresAt) })
      : t('text', { left: format.countdown(seconds) })
  const count = order.lines.reduce((sum, line) => sum + line.quantity, 0)
  return (
    <div className="mb-4">
      <Notice tone="warm" title={t('title', { count })} quiet>
        <p>{order.status === 'claimed' ? t('paying') : left}</p>
        <Link to="/checkout/$orderId" params={{ orderId: order.id }} className="button button-main mt-3">
          {t('continue')}
        </Link>
      </Notice>
    </div>
  )
}
