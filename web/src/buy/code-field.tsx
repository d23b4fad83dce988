// Where a buyer enters a code, and reads what it does. Folded away until somebody wants it: most have
// none.
import type { CodeCheck, Price, ShowView } from '@holdfast/contract'
import { type FormEvent, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Notice, useFailureText } from '../parts/basics.tsx'
import { isolated } from '../parts/user-text.tsx'
import type { EnteredCode } from './code.ts'

export function CodeField({ code, show }: { readonly code: EnteredCode; readonly show: ShowView }) {
  const t = useTranslations('code')
  const failureText = useFailureText()
  const id = useId()
  const [typed, setTyped] = useState(code.text)
  const [open, setOpen] = useState(code.text !== '')
  if (!code.offered) return null
  if (code.check)
    return (
      <div className="mt-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-1 rounded-md bg-sunken py-2 pr-2 pl-4">
        <div className="min-w-0">
          <p className="font-semibold [overflow-wrap:anywhere]">{isolated(code.check.code)}</p>
          <p className="text-small text-soft">
            <Effect check={code.check} show={show} />
          </p>
        </div>
        <button
          type="button"
          className="button button-quiet"
          onClick={() => {
            code.enter('')
            setTyped('')
            setOpen(false)
          }}
        >
          {t('remove')}
        </button>
      </div>
    )
  if (!open)
    return (
      <button type="button" className="link mt-2 min-h-11 cursor-pointer" onClick={() => setOpen(true)}>
        {t('open')}
      </button>
    )
  const apply = (event: FormEvent) => {
    event.preventDefault()
    code.enter(typed.trim())
  }
  return (
    <form noValidate className="mt-3" onSubmit={apply}>
      <label htmlFor={id} className="mb-1 block font-medium">
        {t('label')}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          className="input min-w-0"
          dir="auto"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={60}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button shrink-0" disabled={typed.trim() === '' || code.isPending}>
          {t('apply')}
        </button>
      </div>
      {code.error && code.text !== '' && (
        <div className="mt-2">
          <Notice tone="bad" title={failureText(code.error)} />
        </div>
      )}
    </form>
  )
}

function Effect({ check, show }: { readonly check: CodeCheck; readonly show: ShowView }) {
  const t = useTranslations('code')
  const format = useFormat()
  const money = (amountMinor: number) => format.money({ amountMinor, currency: show.currency })
  const { percentBps, amountMinor, priceMinor, per } = check
  if (check.usedUp) return t('usedUp')
  if (percentBps !== undefined) return t('percent', { percent: format.percent(percentBps / 10_000) })
  if (amountMinor !== undefined)
    return t(per === 'order' ? 'amountOfOrder' : 'amount', { amount: money(amountMinor) })
  return priceMinor === undefined ? t('unlocks') : t('price', { price: money(priceMinor) })
}

/** What the code takes off, type by type. */
export function Discounts({ price, show }: { readonly price: Price; readonly show: ShowView }) {
  const t = useTranslations('code')
  const format = useFormat()
  const nameOf = (typeId: string) => show.ticketTypes.find(({ id }) => id === typeId)?.name ?? ''
  return (
    <ul className="mt-4 grid gap-1 text-small">
      {(price.discounts ?? []).map(({ ticketTypeId, amount }) => (
        <li key={ticketTypeId} className="flex justify-between gap-4">
          <span className="min-w-0 [overflow-wrap:anywhere]">
            {t('discountOf', { name: isolated(nameOf(ticketTypeId)) })}
          </span>
          <span className="whitespace-nowrap">
            {format.money({ ...amount, amountMinor: -amount.amountMinor })}
          </span>
        </li>
      ))}
    </ul>
  )
}
