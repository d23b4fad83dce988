// One ticket type in the form: a capacity, or seats as blocks of rows with a picture of what they
// make.
import { currencyRule, mostMinor } from '@holdfast/contract/currency'
import { isVisible } from '@holdfast/contract/text'
import { useFieldArray, useFormContext } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { amountText, parseAmount } from '../../amounts.ts'
import { useFormat } from '../../format.ts'
import { Field } from '../../parts/basics.tsx'
import { KindEditor } from './kind-editor.tsx'
import { seatsOf } from './seat-grid.ts'
import { expandRanges } from './seat-labels.ts'
import { SeatPreview } from './seat-preview.tsx'
import { emptyBlock, type ShowFields } from './show-form.ts'
import { TermsEditor } from './terms-editor.tsx'

export interface TypeEditorProps {
  readonly index: number
  readonly remove?: () => void
  /** A type that exists stays what it is: counted or seated. */
  readonly fixedKind: boolean
}

export function TypeEditor({ index, remove, fixedKind }: TypeEditorProps) {
  const t = useTranslations('edit')
  const { register, watch, setValue, formState } = useFormContext<ShowFields>()
  const errors = formState.errors.types?.[index]
  const seated = watch(`types.${index}.seated`)
  const currency = watch('currency')
  const format = useFormat()
  const required = t('required')
  const rule = currencyRule(currency) ?? { least: 1, step: 1, mostDigits: 8, digits: 2, payoutStep: 1 }
  const money = (amountMinor: number) => format.money({ amountMinor, currency })
  const least = money(rule.least)
  const choose = (asSeats: boolean) => {
    setValue(`types.${index}.seated`, asSeats)
    if (asSeats && watch(`types.${index}.blocks`).length === 0)
      setValue(`types.${index}.blocks`, [emptyBlock])
  }
  return (
    <fieldset className="panel grid min-w-0 gap-4 p-4 sm:p-6">
      <legend className="sr-only">{t('typeLegend', { number: index + 1 })}</legend>
      <div className="grid gap-4 sm:grid-cols-[1fr_10rem]">
        <Field
          label={t('typeName')}
          error={errors?.name && required}
          input={{ maxLength: 200, ...register(`types.${index}.name`, { validate: isVisible }) }}
        />
        <Field
          label={t('price', { currency })}
          error={
            errors?.price &&
            (errors.price.type === 'least'
              ? t('priceTooLow', { least })
              : t('priceWrong', {
                  example: amountText(45 * 10 ** rule.digits, currency),
                  step: money(rule.step),
                  most: money(mostMinor(rule)),
                }))
          }
          input={{
            inputMode: 'decimal',
            ...register(`types.${index}.price`, {
              validate: {
                readable: (text) => parseAmount(text, currency) !== null,
                least: (text) =>
                  parseAmount(text, currency) === 0 || (parseAmount(text, currency) ?? 0) >= rule.least,
              },
            }),
          }}
        />
      </div>
      <div role="radiogroup" aria-label={t('kind')} className="flex flex-wrap gap-x-6 gap-y-2">
        {[false, true].map((asSeats) => (
          <label key={String(asSeats)} className="inline-flex min-h-9 items-center gap-2">
            <input
              type="radio"
              className="size-4 accent-(--accent)"
              disabled={fixedKind}
              checked={seated === asSeats}
              onChange={() => choose(asSeats)}
            />
            {asSeats ? t('seated') : t('general')}
          </label>
        ))}
      </div>
      {seated ? (
        <Blocks index={index} />
      ) : (
        <Field
          className="sm:w-64"
          label={t('capacity')}
          hint={fixedKind ? t('capacityHint') : undefined}
          error={errors?.capacity && required}
          input={{
            type: 'number',
            min: 0,
            max: 1_000_000,
            ...register(`types.${index}.capacity`, { required: true, min: 0, max: 1_000_000 }),
          }}
        />
      )}
      <TermsEditor index={index} />
      <KindEditor index={index} />
      {remove && (
        <button
          type="button"
          className="button button-quiet -ml-2.5 justify-self-start text-soft"
          onClick={remove}
        >
          {t('removeType')}
        </button>
      )}
    </fieldset>
  )
}

function Blocks({ index }: { readonly index: number }) {
  const t = useTranslations('edit')
  const { control, register, watch, formState } = useFormContext<ShowFields>()
  const blocks = useFieldArray({ control, name: `types.${index}.blocks`, keyName: 'key' })
  const errors = formState.errors.types?.[index]?.blocks
  const values = watch(`types.${index}.blocks`)
  const seats = seatsOf(values)
  const readable = (text: string) => expandRanges(text) !== null
  return (
    <div className="grid gap-4">
      {blocks.fields.map((field, position) => (
        <div key={field.key} className="grid items-start gap-3 sm:grid-cols-[1fr_1fr_1.5fr_auto]">
          <Field
            label={t('section')}
            input={{ maxLength: 40, ...register(`types.${index}.blocks.${position}.section`) }}
          />
          <Field
            label={t('rows')}
            error={errors?.[position]?.rows && t('rangeWrong')}
            input={register(`types.${index}.blocks.${position}.rows`, { validate: readable })}
          />
          <Field
            label={t('numbers')}
            error={errors?.[position]?.numbers && t('rangeWrong')}
            input={register(`types.${index}.blocks.${position}.numbers`, { validate: readable })}
          />
          {blocks.fields.length > 1 && (
            <button
              type="button"
              className="button sm:mt-7"
              aria-label={t('removeBlock', { number: position + 1 })}
              onClick={() => blocks.remove(position)}
            >
              ×
            </button>
          )}
        </div>
      ))}
      <p className="text-small text-soft">{t('blockHint')}</p>
      <button
        type="button"
        className="button justify-self-start"
        onClick={() => blocks.append({ ...emptyBlock, section: '', rows: '', numbers: '' })}
      >
        {t('addBlock')}
      </button>
      {seats && seats.length > 0 ? (
        <div>
          <p className="mb-2 font-medium">{t('seatCount', { count: seats.length })}</p>
          <SeatPreview seats={seats} />
        </div>
      ) : (
        <p role="alert" className="text-small font-medium text-warm">
          {t('seatsUnreadable')}
        </p>
      )}
    </div>
  )
}
