// The form that holds what was chosen: for whom, at what price, and one button.
import type { ShowView } from '@holdfast/contract'
import { isEmailAddress } from '@holdfast/contract/text'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { currentUserQuery } from '../api/queries.ts'
import { useDuration, useFormat } from '../format.ts'
import { Notice, useFailureText } from '../parts/basics.tsx'
import { isolated } from '../parts/user-text.tsx'
import { type EnteredCode, priceQuery } from './code/entered.ts'
import { Discounts } from './code/field.tsx'
import { EmailField } from './hold/email-field.tsx'
import { usePlaceOrder } from './hold/place-order.ts'
import { namesOf } from './kinds.tsx'
import { countOf, faultsOf, linesOf, type Selection, totalOf } from './selection.ts'

export function HoldForm({
  show,
  selection,
  code,
  clear,
}: {
  readonly show: ShowView
  readonly selection: Selection
  readonly code: EnteredCode
  readonly clear: () => void
}) {
  const t = useTranslations('buy')
  const format = useFormat()
  const duration = useDuration()
  const failureText = useFailureText()
  const { data: current } = useQuery(currentUserQuery)
  const [asOther, setAsOther] = useState(false)
  const [email, setEmail] = useState('')
  const [emailMissing, setEmailMissing] = useState(false)
  const placing = usePlaceOrder()
  const user = current?.user ?? null
  const askEmail = user === null || asOther
  const count = countOf(selection)
  const lines = linesOf(show, selection)
  const { prices, needs } = faultsOf(show, selection)
  const isWell = prices.length === 0 && needs.length === 0
  const asked = code.check !== undefined && count > 0 && isWell
  const quote = useQuery({ ...priceQuery(show.id, code.text, lines), enabled: asked })
  // A code that does nothing for these tickets is left out: they cost what they cost.
  const price = asked ? quote.data : undefined
  const total = price?.total ?? totalOf(show, selection)
  const isFree = count > 0 && total.amountMinor === 0

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (count === 0 || !isWell) return
    const guestEmail = askEmail ? email.trim() : undefined
    if (guestEmail !== undefined && !isEmailAddress(guestEmail)) {
      setEmailMissing(true)
      document.querySelector<HTMLInputElement>('#hold-form input[type=email]')?.focus()
      return
    }
    placing.mutate(
      {
        order: {
          showId: show.id,
          lines,
          ...(price ? { code: code.text } : {}),
          expectedTotalMinor: total.amountMinor,
        },
        guestEmail,
      },
      { onError: clearIfTaken },
    )
  }
  const clearIfTaken = (error: Error) => {
    if ('code' in error && error.code === 'seat_taken') clear()
  }
  return (
    <form id="hold-form" noValidate onSubmit={submit}>
      {askEmail ? (
        <EmailField
          value={email}
          isMissing={emailMissing}
          change={(value) => {
            setEmail(value)
            setEmailMissing(false)
          }}
        />
      ) : (
        <p className="min-w-0 text-small text-soft [overflow-wrap:anywhere]">
          {t('buyingAs', { email: isolated(user.email) })}{' '}
          {user.kind === 'guest' && (
            <button type="button" className="link min-h-6 cursor-pointer" onClick={() => setAsOther(true)}>
              {t('otherEmail')}
            </button>
          )}
        </p>
      )}
      {price && <Discounts price={price} show={show} />}
      {asked && quote.error && (
        <div className="mt-4">
          <Notice tone="warm" title={failureText(quote.error)} />
        </div>
      )}
      <div className="my-4 flex items-baseline justify-between gap-4">
        <span>{t('count', { count })}</span>
        <output className="text-title font-bold">{format.money(total)}</output>
      </div>
      {needs.map((type) => (
        <div key={type.id} className="mb-4">
          <Notice
            tone="warm"
            title={t('needsMissing', {
              name: isolated(type.name),
              names: namesOf(show.ticketTypes, type.needs?.anyOf).join(', '),
            })}
          />
        </div>
      ))}
      {placing.isError && (
        <div className="mb-4">
          <Notice tone="bad" title={failureText(placing.error)} />
        </div>
      )}
      <button
        type="submit"
        className="button button-main button-large w-full"
        disabled={count === 0 || !isWell || placing.isPending || (asked && quote.isPending)}
      >
        {placing.isPending
          ? t('holding')
          : count === 0
            ? t('chooseFirst')
            : isFree
              ? t('getFree', { count })
              : t('hold', { count })}
      </button>
      <p className="mt-3 text-small text-soft">
        {isFree ? t('holdTextFree') : t('holdText', { duration: duration(show.holdSeconds) })}
      </p>
    </form>
  )
}
