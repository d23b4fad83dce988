// What is said of types that are no plain admission: a price that the buyer chooses, how many people
// one ticket lets in, and what it needs.
import type { ChosenPrice, ShowView } from '@holdfast/contract'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { amountText, parseAmount } from '../amounts.ts'
import { useFormat } from '../format.ts'
import { Field } from '../parts/basics.tsx'
import { isolated } from '../parts/user-text.tsx'

type TicketType = ShowView['ticketTypes'][number]
type BuyTexts = ReturnType<typeof useTranslations<'buy'>>

/** In one line: from how much on, or any amount. */
export function chosenPriceText(
  { leastMinor, mostMinor }: ChosenPrice,
  { t, money }: { readonly t: BuyTexts; readonly money: (amountMinor: number) => string },
): string {
  if (mostMinor !== undefined) return t('chosenWithin', { least: money(leastMinor), most: money(mostMinor) })
  return leastMinor === 0 ? t('chosenAny') : t('chosenFrom', { least: money(leastMinor) })
}

export function ChosenPriceField(props: {
  readonly name: string
  readonly price: ChosenPrice
  readonly currency: string
  readonly choose: (minor: number | null) => void
}) {
  const t = useTranslations('buy')
  const format = useFormat()
  const { name, price, currency, choose } = props
  const { leastMinor, suggestedMinor, mostMinor } = price
  const [text, setText] = useState(amountText(suggestedMinor ?? leastMinor, currency))
  const money = (amountMinor: number) => format.money({ amountMinor, currency })
  const minor = parseAmount(text, currency)
  const isWrong = minor === null || minor < leastMinor || minor > (mostMinor ?? minor)
  return (
    <Field
      className="mt-3 max-w-64"
      label={t('yourPrice', { name: isolated(name), currency })}
      hint={suggestedMinor === undefined ? undefined : t('suggested', { amount: money(suggestedMinor) })}
      error={isWrong ? t('yourPriceWrong', { bounds: chosenPriceText(price, { t, money }) }) : undefined}
      input={{
        inputMode: 'decimal',
        value: text,
        maxLength: 16,
        autoComplete: 'off',
        onChange: ({ target: { value } }) => {
          setText(value)
          choose(parseAmount(value, currency))
        },
      }}
    />
  )
}

export function KindNotes({
  type,
  types,
}: {
  readonly type: TicketType
  readonly types: readonly TicketType[]
}) {
  const t = useTranslations('buy')
  const { admits = 1, needs } = type
  const names = namesOf(types, needs?.anyOf)
  return (
    <>
      {admits > 1 && <p className="text-small text-soft">{t('admits', { count: admits })}</p>}
      {needs && names.length > 0 && (
        <p className="text-small text-soft">{t('needs', { names: names.join(', ') })}</p>
      )}
    </>
  )
}

export const namesOf = (types: readonly TicketType[], ids: readonly string[] = []): string[] =>
  types.flatMap(({ id, name }) => (ids.includes(id) ? [isolated(name)] : []))

/** Admissions first, then what is bought beside them. */
export const extrasLast = (types: readonly TicketType[]): TicketType[] => [
  ...types.filter(({ admits }) => admits !== 0),
  ...types.filter(({ admits }) => admits === 0),
]
