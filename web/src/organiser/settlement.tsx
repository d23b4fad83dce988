// What a show brought in: money by how it was paid, tickets by type and channel, who came.
import type { Availability, Settlement, ShowView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Failure, Skeleton } from '../parts/basics.tsx'
import { UserText } from '../parts/user-text.tsx'
import { settlementQuery } from './queries.ts'
import { useRefreshOnSales } from './refresh.ts'

export function SettlementSection({
  show,
  availability,
}: {
  readonly show: ShowView
  readonly availability: Availability | undefined
}) {
  const t = useTranslations('settlement')
  const settlement = useQuery(settlementQuery(show.id))
  useRefreshOnSales(availability, settlementQuery(show.id).queryKey)
  return (
    <section aria-labelledby="settlement" className="panel mt-3 p-5 sm:p-6">
      <h2 id="settlement" className="text-title">
        {t('title')}
      </h2>
      {settlement.isPending && <Skeleton className="mt-3 h-32" />}
      {settlement.isLoadingError && (
        <Failure error={settlement.error} retry={() => void settlement.refetch()} />
      )}
      {settlement.data &&
        (settlement.data.money.length === 0 ? (
          <>
            <p className="mt-2 text-soft">{t('nothing')}</p>
            <Reserved settlement={settlement.data} />
          </>
        ) : (
          <>
            <p className="mt-1 text-soft">{t('attendance', settlement.data.attendance)}</p>
            <Reserved settlement={settlement.data} />
            <Lists settlement={settlement.data} />
            <div className="mt-4 hidden gap-x-10 gap-y-6 sm:grid lg:grid-cols-2">
              <MoneyTable settlement={settlement.data} />
              <TypesTable settlement={settlement.data} />
            </div>
          </>
        ))}
    </section>
  )
}

function Reserved({ settlement: { reserved, currency } }: { readonly settlement: Settlement }) {
  const t = useTranslations('settlement')
  const format = useFormat()
  if (reserved.orders === 0) return null
  const amount = format.money({ amountMinor: reserved.amountMinor, currency })
  return <p className="text-soft">{t('reserved', { count: reserved.tickets, amount })}</p>
}

/** The same on a phone, where tables would have to be pushed sideways. */
function Lists({ settlement: { money, types, currency } }: { readonly settlement: Settlement }) {
  const t = useTranslations('settlement')
  const names = useTranslations('tender')
  const channels = useTranslations('channel')
  const format = useFormat()
  const inMoney = (amountMinor: number) => format.money({ amountMinor, currency })
  const row = 'flex items-baseline justify-between gap-4 font-medium'
  return (
    <div className="mt-4 grid gap-6 sm:hidden">
      <ul className="divide-y divide-line border-y border-line">
        {money.map((each) => (
          <li key={each.tender} className="py-2.5">
            <p className={row}>
              <span>{names(each.tender)}</span>
              <span>{inMoney(each.keptMinor)}</span>
            </p>
            <p className="text-small text-soft">
              {t('orders', { count: each.orders })}
              {each.refundedMinor > 0 && ` · ${t('back', { amount: inMoney(each.refundedMinor) })}`}
            </p>
          </li>
        ))}
      </ul>
      <ul className="divide-y divide-line border-y border-line">
        {types.map((each) => (
          <li key={`${each.ticketTypeId} ${each.channel}`} className="py-2.5">
            <p className={row}>
              <UserText>{each.name}</UserText>
              <span>{format.number(each.sold)}</span>
            </p>
            <p className="text-small text-soft">
              {t('typeLine', { ...each, channel: channels(each.channel) })}
            </p>
          </li>
        ))}
      </ul>
    </div>
  )
}

const cells = '[&>*]:py-2 [&>*:not(:last-child)]:pr-4 [&>*:not(:first-child)]:text-right'

function MoneyTable({ settlement: { money, currency } }: { readonly settlement: Settlement }) {
  const t = useTranslations('settlement')
  const names = useTranslations('tender')
  const format = useFormat()
  const inMoney = (amountMinor: number) => format.money({ amountMinor, currency })
  const sum = (pick: (row: Settlement['money'][number]) => number) =>
    money.reduce((all, row) => all + pick(row), 0)
  return (
    <div className="overflow-x-auto">
      <table className="w-full">
        <caption className="sr-only">{t('money')}</caption>
        <thead className="text-left text-small text-soft">
          <tr className={cells}>
            <th scope="col">{t('tender')}</th>
            <th scope="col">{t('taken')}</th>
            <th scope="col">{t('refunded')}</th>
            <th scope="col">{t('kept')}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-y border-line">
          {money.map((row) => (
            <tr key={row.tender} className={cells}>
              <th scope="row" className="text-left font-medium">
                {names(row.tender)}{' '}
                <span className="block text-small font-normal text-soft">
                  {t('orders', { count: row.orders })}
                </span>
              </th>
              <td>{inMoney(row.takenMinor)}</td>
              <td>{inMoney(row.refundedMinor)}</td>
              <td className="font-medium">{inMoney(row.keptMinor)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className={`font-bold ${cells}`}>
            <th scope="row" className="text-left">
              {t('total')}
            </th>
            <td>{inMoney(sum((row) => row.takenMinor))}</td>
            <td>{inMoney(sum((row) => row.refundedMinor))}</td>
            <td>{inMoney(sum((row) => row.keptMinor))}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

function TypesTable({ settlement: { types } }: { readonly settlement: Settlement }) {
  const t = useTranslations('settlement')
  const channels = useTranslations('channel')
  const format = useFormat()
  return (
    <div className="overflow-x-auto">
      <table className="w-full">
        <caption className="sr-only">{t('types')}</caption>
        <thead className="text-left text-small text-soft">
          <tr className={cells}>
            <th scope="col">{t('type')}</th>
            <th scope="col">{t('sold')}</th>
            <th scope="col">{t('returned')}</th>
            <th scope="col">{t('comps')}</th>
            <th scope="col">{t('admitted')}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-y border-line">
          {types.map((row) => (
            <tr key={`${row.ticketTypeId} ${row.channel}`} className={cells}>
              <th scope="row" className="text-left font-medium [overflow-wrap:anywhere]">
                <UserText>{row.name}</UserText>{' '}
                <span className="block text-small font-normal text-soft">{channels(row.channel)}</span>
              </th>
              <td>{format.number(row.sold)}</td>
              <td>{format.number(row.returned)}</td>
              <td>{format.number(row.comps)}</td>
              <td>{format.number(row.admitted)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
