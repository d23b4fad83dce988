// What a ticket type is beside a priced admission: an extra, a ticket for several people, one that
// needs another, or one whose price buyers choose. Folded away: most shows need none of it.
import { useFormContext } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { parseAmount } from '../../amounts.ts'
import { Field } from '../../parts/basics.tsx'
import { UserText } from '../../parts/user-text.tsx'
import { hasKind } from './kind-fields.ts'
import type { ShowFields } from './show-form.ts'

export function KindEditor({ index }: { readonly index: number }) {
  const t = useTranslations('edit')
  const { register, watch, getValues, setValue, formState } = useFormContext<ShowFields>()
  const errors = formState.errors.types?.[index]
  const currency = watch('currency')
  const type = watch(`types.${index}`)
  const others = watch('types').flatMap(({ name }, place) =>
    place === index || name.trim() === '' ? [] : [name.trim()],
  )
  const amount = (name: 'least' | 'most') => ({
    inputMode: 'decimal' as const,
    ...register(`types.${index}.${name}`, {
      validate: (text) => text === '' || parseAmount(text, currency) !== null,
    }),
  })
  const toggle = (name: string) =>
    setValue(
      `types.${index}.needs`,
      type.needs.includes(name) ? type.needs.filter((each) => each !== name) : [...type.needs, name],
      { shouldDirty: true },
    )
  return (
    <details
      className="rounded-md border border-line px-4"
      open={hasKind(getValues(`types.${index}`)) || errors !== undefined || undefined}
    >
      <summary className="min-h-11 cursor-pointer py-2.5 font-medium">{t('kindTitle')}</summary>
      <div className="grid gap-4 pb-4 sm:grid-cols-2">
        <Field
          label={t('admits')}
          hint={t('admitsHint')}
          error={errors?.admits && t('numberWrong', { least: 0, most: 100 })}
          input={{
            type: 'number',
            min: 0,
            max: 100,
            ...register(`types.${index}.admits`, { min: 0, max: 100 }),
          }}
        />
        <label className="flex items-start gap-2 sm:pt-7">
          <input
            type="checkbox"
            className="mt-1 size-4 shrink-0 accent-(--accent)"
            {...register(`types.${index}.chosen`)}
          />
          <span>
            {t('chosen')}
            <span className="block text-small text-soft">{t('chosenHint')}</span>
          </span>
        </label>
        {type.chosen && (
          <>
            <Field
              label={t('least', { currency })}
              hint={t('leastHint')}
              error={errors?.least && t('required')}
              input={amount('least')}
            />
            <Field
              label={t('most', { currency })}
              hint={t('mostHint')}
              error={errors?.most && t('required')}
              input={amount('most')}
            />
          </>
        )}
        {others.length > 0 && (
          <fieldset className="sm:col-span-2">
            <legend className="font-medium">{t('needs')}</legend>
            <p className="text-small text-soft">{t('needsHint')}</p>
            <div className="mt-1 flex flex-wrap gap-x-6">
              {[...new Set(others)].map((name) => (
                <label key={name} className="inline-flex min-h-9 items-center gap-2">
                  <input
                    type="checkbox"
                    className="size-4 accent-(--accent)"
                    checked={type.needs.includes(name)}
                    onChange={() => toggle(name)}
                  />
                  <UserText>{name}</UserText>
                </label>
              ))}
            </div>
          </fieldset>
        )}
      </div>
    </details>
  )
}
