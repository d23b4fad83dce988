// What was just sold: the tickets to print, and on to the next one.
import type { OrderView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../../format.ts'
import { Link } from '../../navigation/link.tsx'
import { Notice } from '../../parts/basics.tsx'
import { showOrderQuery } from '../queries.ts'

/** Tickets come some moments after the sale, where the shop is busy. */
const askEveryMs = 1_000

export function Sold({ order: told, next }: { readonly order: OrderView; readonly next: () => void }) {
  const t = useTranslations('boxOffice')
  const names = useTranslations('tender')
  const format = useFormat()
  const button = useRef<HTMLButtonElement>(null)
  const { data: order } = useQuery({
    ...showOrderQuery(told.showId, told.id),
    initialData: told,
    refetchInterval: ({ state }) =>
      state.data?.tickets || state.data?.kind === 'reservation' ? false : askEveryMs,
  })
  // Enter goes on to the next one.
  useEffect(() => button.current?.focus(), [])
  const count = order.lines.reduce((sum, line) => sum + line.quantity, 0)
  const { tender = 'cash' } = order
  const isReserved = order.kind === 'reservation'
  return (
    <section aria-labelledby="sold" className="panel mx-auto mt-6 grid max-w-narrow gap-5 p-6 sm:p-8">
      <div role="status">
        <h2 id="sold" className="text-heading">
          {t(isReserved ? 'reserved' : 'sold', { count })}
        </h2>
        <p className="mt-1 text-lead text-soft">
          {isReserved
            ? t('reservedUntil', { moment: format.moment(order.expiresAt), total: format.money(order.total) })
            : t('paid', { tender: names(tender), total: format.money(order.total) })}
        </p>
        <p className="mt-1 text-small text-soft">
          {t('number')} <span className="font-mono text-ink">{order.code}</span>
        </p>
      </div>
      {order.buyerEmail !== null && (
        <p>{t(isReserved ? 'reservedMailed' : 'mailed', { email: order.buyerEmail })}</p>
      )}
      {order.tickets ? (
        <a
          href={`/api/orders/${order.id}/tickets.pdf`}
          target="_blank"
          rel="noreferrer"
          className="button button-large"
        >
          {t('print', { count })}
        </a>
      ) : (
        !isReserved && <Notice title={t('issuing')} />
      )}
      <button ref={button} type="button" className="button button-main button-large" onClick={next}>
        {t('next')}
      </button>
      <Link
        to="/organiser/shows/$showId/orders/$orderId"
        params={{ showId: order.showId, orderId: order.id }}
        className="link justify-self-start text-small"
      >
        {t('toOrder')}
      </Link>
    </section>
  )
}
