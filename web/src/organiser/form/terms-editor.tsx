// When, to whom and how many at once a ticket type is sold. Folded away: most shows need none of it.
import { useFormContext } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { parseAmount } from '../../amounts.ts'
import { Field } from '../../parts/basics.tsx'
import { hasTerms, type ShowFields } from './show-form.ts'
import { readWallClock } from './wall-clock.ts'

export function TermsEditor({ index }: { readonly index: number }) {
  const t = useTranslations('edit')
  const { register, watch, getValues, formState } = useFormContext<ShowFields>()
  const errors = formState.errors.types?.[index]
  const [currency, timeZone] = [watch('currency'), watch('timeZone')]
  const initiallyOpen = hasTerms(getValues(`types.${index}`))
  const clock = (name: 'saleStartsAt' | 'saleEndsAt') => ({
    type: 'datetime-local',
    ...register(`types.${index}.${name}`, {
      validate: (text) => text === '' || readWallClock(text, timeZone) !== null,
    }),
  })
  const perOrder = (name: 'minPerOrder' | 'maxPerOrder') => ({
    type: 'number',
    min: 1,
    max: 100,
    ...register(`types.${index}.${name}`, { min: 1, max: 100 }),
  })
  return (
    <details
      className="rounded-md border border-line px-4"
      open={initiallyOpen || errors !== undefined || undefined}
    >
      <summary className="min-h-11 cursor-pointer py-2.5 font-medium">{t('terms')}</summary>
      <div className="grid gap-4 pb-4 sm:grid-cols-2">
        <Field
          label={t('saleStartsAt')}
          hint={t('saleStartsAtHint')}
          error={errors?.saleStartsAt && t('required')}
          input={clock('saleStartsAt')}
        />
        <Field
          label={t('saleEndsAt')}
          hint={t('saleEndsAtHint')}
          error={errors?.saleEndsAt && t('required')}
          input={clock('saleEndsAt')}
        />
        <Field
          label={t('minPerOrder')}
          error={errors?.minPerOrder && t('required')}
          input={perOrder('minPerOrder')}
        />
        <Field
          label={t('typeMaxPerOrder')}
          error={errors?.maxPerOrder && t('required')}
          input={perOrder('maxPerOrder')}
        />
        <Field
          label={t('fee', { currency })}
          hint={t('feeHint')}
          error={errors?.fee && t('required')}
          input={{
            inputMode: 'decimal',
            ...register(`types.${index}.fee`, {
              validate: (text) => text === '' || parseAmount(text, currency) !== null,
            }),
          }}
        />
        <Field
          label={t('typeCheckNote')}
          hint={t('checkNoteHint')}
          input={{ maxLength: 200, ...register(`types.${index}.checkNote`) }}
        />
        <label className="flex items-start gap-2 sm:pt-7">
          <input
            type="checkbox"
            className="mt-1 size-4 shrink-0 accent-(--accent)"
            {...register(`types.${index}.hidden`)}
          />
          <span>
            {t('hidden')}
            <span className="block text-small text-soft">{t('hiddenHint')}</span>
          </span>
        </label>
      </div>
    </details>
  )
}
