// One ticket as a stub: what it admits to on the left, its code on the right.
import type { OrderView, ShowView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { QrCode } from './qr.tsx'
import { isolated } from './user-text.tsx'

type Ticket = NonNullable<OrderView['tickets']>[number]

export interface TicketStubProps {
  readonly ticket: Ticket
  readonly holder?: string | undefined
  readonly show: ShowView | undefined
  readonly position: number
  readonly count: number
}

export function TicketStub({ ticket, holder, show, position, count }: TicketStubProps) {
  const t = useTranslations('ticket')
  const format = useFormat()
  const seat =
    ticket.seat ??
    show?.ticketTypes
      .flatMap((type) => type.seats ?? [])
      .find((known) => 'seatId' in ticket && known.id === ticket.seatId)
  const isVoid = ticket.status === 'void'
  return (
    <li className="panel flex flex-col overflow-hidden break-inside-avoid sm:flex-row">
      <div className="flex min-w-0 grow flex-col justify-between gap-4 p-5 sm:p-6">
        <div>
          <p className="text-small text-soft">{t('position', { position, count })}</p>
          <h3 dir="auto" className="text-title">
            {show?.title ?? ticket.name}
          </h3>
          {show && (
            <p className="mt-1 text-soft">
              {format.moment(show.startsAt, show.timeZone)}
              {show.venue ? ` · ${isolated(show.venue)}` : ''}
            </p>
          )}
        </div>
        <dl className="flex flex-wrap gap-x-8 gap-y-2">
          <div>
            <dt className="text-small text-soft">{t('type')}</dt>
            <dd dir="auto" className="font-semibold">
              {ticket.name}
              {ticket.admits !== undefined && ticket.admits > 1 && (
                <span className="block font-normal">{t('admits', { count: ticket.admits })}</span>
              )}
            </dd>
          </div>
          {holder && (
            <div>
              <dt className="text-small text-soft">{t('holder')}</dt>
              <dd dir="auto" className="font-semibold [overflow-wrap:anywhere]">
                {holder}
              </dd>
            </div>
          )}
          {seat && (
            <>
              {seat.section !== '' && seat.section !== ticket.name && (
                <div>
                  <dt className="text-small text-soft">{t('section')}</dt>
                  <dd dir="auto" className="font-semibold">
                    {seat.section}
                  </dd>
                </div>
              )}
              {seat.row !== '' && (
                <div>
                  <dt className="text-small text-soft">{t('row')}</dt>
                  <dd dir="auto" className="font-semibold">
                    {seat.row}
                  </dd>
                </div>
              )}
              <div>
                <dt className="text-small text-soft">{t('seat')}</dt>
                <dd dir="auto" className="font-semibold">
                  {seat.number}
                </dd>
              </div>
            </>
          )}
        </dl>
      </div>
      <div className="flex shrink-0 flex-col items-center justify-center gap-2 border-t border-dashed border-strong p-5 sm:w-56 sm:border-t-0 sm:border-l">
        {isVoid && <p className="chip chip-bad my-12">{t('void')}</p>}
        {!isVoid && ticket.code === undefined && <p className="text-center text-soft">{t('extra')}</p>}
        {!isVoid && ticket.code !== undefined && (
          <QrCode text={ticket.code} label={t('qr', { code: ticket.code })} className="size-44 rounded-md" />
        )}
        <p className={`max-w-44 text-center font-mono text-small ${isVoid ? 'text-soft line-through' : ''}`}>
          {(ticket.code?.match(/.{1,7}/g) ?? []).map((group, index) => (
            <span key={index} className="mx-0.5 inline-block">
              {group}
            </span>
          ))}
        </p>
      </div>
    </li>
  )
}
