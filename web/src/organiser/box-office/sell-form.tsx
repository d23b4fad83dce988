// How a sale at the counter is paid, for whom, and the button that makes it. Pressing twice, or
// again after a lost answer, sells once.
import type { LineBody, OrderView, ShowView, Tender } from '@holdfast/contract'
import { isEmailAddress, isVisible } from '@holdfast/contract/text'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { ApiError, call, makeIdempotencyKey, mayPass } from '../../api/client.ts'
import { countOf, faultsOf, linesOf, type Selection, totalOf } from '../../buy/selection.ts'
import { useFormat } from '../../format.ts'
import { Field, Notice, useFailureText } from '../../parts/basics.tsx'
import { readWallClock, wallClockIn } from '../form/wall-clock.ts'
import { salesQuery, settlementQuery } from '../queries.ts'
import { inAWeek } from './in-a-week.ts'

/** How it is paid, or that it is paid later. */
type Settling = Tender | 'reserve'
const settlings: readonly Settling[] = ['cash', 'terminal', 'transfer', 'on_account', 'comp', 'reserve']

interface Sale {
  readonly lines: readonly LineBody[]
  readonly tender?: Tender
  readonly reserveUntil?: string
  readonly reason?: string
  readonly buyer?: { readonly name?: string; readonly email?: string }
}

function useSell(show: ShowView, onSold: (order: OrderView) => void) {
  const client = useQueryClient()
  const intention = useRef({ text: '', key: '' })
  return useMutation({
    mutationFn: (sale: Sale) => {
      const text = JSON.stringify(sale)
      if (intention.current.text !== text) intention.current = { text, key: makeIdempotencyKey() }
      const path = `/api/shows/${show.id}/sales`
      return call<OrderView>(path, { method: 'POST', body: sale, idempotencyKey: intention.current.key })
    },
    retry: (failures, error) => mayPass(error) && failures < 3,
    // While the end of an attempt is not known, the next press is the same attempt.
    onSettled: (_order, error) => {
      if (!mayPass(error)) intention.current = { text: '', key: '' }
    },
    onSuccess: (order) => {
      void client.invalidateQueries({ queryKey: salesQuery(show.id).queryKey })
      void client.invalidateQueries({ queryKey: settlementQuery(show.id).queryKey })
      void client.invalidateQueries({ queryKey: ['show-orders', show.id] })
      onSold(order)
    },
  })
}

export interface SellFormProps {
  readonly show: ShowView
  readonly selection: Selection
  readonly onSold: (order: OrderView) => void
  readonly clear: () => void
}

export function SellForm({ show, selection, onSold, clear }: SellFormProps) {
  const t = useTranslations('boxOffice')
  const words = useTranslations('reserve')
  const format = useFormat()
  const failureText = useFailureText()
  const [tender, setTender] = useState<Settling>('cash')
  const [until, setUntil] = useState(() => wallClockIn(inAWeek(show), show.timeZone))
  const [reason, setReason] = useState('')
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [wasTried, setWasTried] = useState(false)
  const selling = useSell(show, onSold)
  const count = countOf(selection)
  const price = totalOf(show, selection)
  const { prices } = faultsOf(show, selection)
  const takesReason = tender === 'comp' || tender === 'transfer' || tender === 'on_account'
  const total = tender === 'comp' ? { ...price, amountMinor: 0 } : price
  const reasonMissing = tender === 'comp' && !isVisible(reason)
  const reserveUntil = tender === 'reserve' ? readWallClock(until, show.timeZone)?.instant : undefined
  const untilMissing = tender === 'reserve' && reserveUntil === undefined
  const emailWrong = email.trim() !== '' && !isEmailAddress(email.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setWasTried(true)
    if (count === 0 || prices.length > 0 || reasonMissing || untilMissing || emailWrong) return
    const buyer = {
      ...(isVisible(name) ? { name: name.trim() } : {}),
      ...(email.trim() === '' ? {} : { email: email.trim() }),
    }
    selling.mutate(
      {
        lines: linesOf(show, selection),
        ...(tender === 'reserve' ? {} : { tender }),
        ...(reserveUntil === undefined ? {} : { reserveUntil }),
        ...(takesReason && isVisible(reason) ? { reason: reason.trim() } : {}),
        ...(Object.keys(buyer).length > 0 ? { buyer } : {}),
      },
      {
        // A seat that somebody else has is not asked for again.
        onError: (error) => {
          if (error instanceof ApiError && error.code === 'seat_taken') clear()
        },
      },
    )
  }
  return (
    <form noValidate onSubmit={submit} className="panel grid gap-4 p-4 sm:p-6 lg:sticky lg:top-4">
      <TenderChoice tender={tender} choose={setTender} />
      {tender === 'reserve' && (
        <Field
          label={words('field')}
          hint={words('counterHint')}
          error={wasTried && untilMissing ? words('dateWrong') : undefined}
          input={{
            type: 'datetime-local',
            value: until,
            max: wallClockIn(show.endsAt ?? show.startsAt, show.timeZone),
            onChange: (event) => setUntil(event.target.value),
          }}
        />
      )}
      {takesReason && (
        <Field
          label={tender === 'comp' ? t('reason') : t('reference')}
          error={wasTried && reasonMissing ? t('reasonMissing') : undefined}
          input={{ value: reason, maxLength: 500, onChange: (event) => setReason(event.target.value) }}
        />
      )}
      <details className="group">
        <summary className="flex min-h-11 cursor-pointer items-center justify-between gap-3 font-medium">
          {t('buyer')}
          <span aria-hidden="true" className="text-soft group-open:rotate-180">
            ⌄
          </span>
        </summary>
        <div className="mt-2 grid gap-4">
          <Field
            label={t('name')}
            input={{
              value: name,
              maxLength: 200,
              autoComplete: 'off',
              onChange: (event) => setName(event.target.value),
            }}
          />
          <Field
            label={t('email')}
            hint={t('emailHint')}
            error={wasTried && emailWrong ? t('emailWrong') : undefined}
            input={{
              type: 'email',
              value: email,
              maxLength: 254,
              autoComplete: 'off',
              onChange: (event) => setEmail(event.target.value),
            }}
          />
        </div>
      </details>
      <div className="flex items-baseline justify-between gap-4 border-t border-line pt-4">
        <span>{t('count', { count })}</span>
        <output className="text-heading font-bold">{format.money(total)}</output>
      </div>
      {selling.isError && <Notice tone="bad" title={failureText(selling.error)} />}
      <button
        type="submit"
        className="button button-main button-large w-full"
        disabled={count === 0 || prices.length > 0 || selling.isPending}
      >
        {selling.isPending
          ? t('selling')
          : count === 0
            ? t('chooseFirst')
            : t(tender === 'reserve' ? 'reserve' : 'sell', { count })}
      </button>
    </form>
  )
}

/** Radio buttons as large as a thumb; arrow keys go from one to the next. */
function TenderChoice({
  tender,
  choose,
}: {
  readonly tender: Settling
  readonly choose: (tender: Settling) => void
}) {
  const t = useTranslations('boxOffice')
  const names = useTranslations('tender')
  return (
    <fieldset>
      <legend className="mb-2 text-title font-semibold">{t('tender')}</legend>
      <div className="grid grid-cols-2 gap-2">
        {settlings.map((each) => (
          <label
            key={each}
            className="button min-h-13 cursor-pointer justify-start px-3 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-(--focus)"
          >
            <input
              type="radio"
              name="tender"
              value={each}
              checked={tender === each}
              className="size-4 shrink-0 accent-(--accent)"
              onChange={() => choose(each)}
            />
            <span className="text-left">{each === 'reserve' ? t('payLater') : names(each)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
