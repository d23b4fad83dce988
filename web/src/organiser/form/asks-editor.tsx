// Names of holders and questions to buyers. Folded away: many shows ask nothing.
import { isVisible } from '@holdfast/contract/text'
import { useState } from 'react'
import { useFieldArray, useFormContext, useWatch } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { Field } from '../../parts/basics.tsx'
import { choicesIn, emptyQuestion, newTypePrefix, offersChoices } from './ask-fields.ts'
import type { ShowFields } from './show-form.ts'
import { readWallClock } from './wall-clock.ts'

const kinds = ['text', 'long_text', 'choice', 'several', 'yes_no', 'number', 'date'] as const
const names = ['off', 'optional', 'required'] as const

export function AsksEditor({ published }: { readonly published: boolean }) {
  const t = useTranslations('edit')
  const { register, control, getValues, watch, formState } = useFormContext<ShowFields>()
  const questions = useFieldArray({ control, name: 'asks.questions', keyName: 'key' })
  const [initiallyOpen] = useState(() => {
    const { holderNames, questions: asked } = getValues('asks')
    return holderNames !== 'off' || asked.length > 0
  })
  const errors = formState.errors.asks
  const zone = watch('timeZone')
  return (
    <details className="panel group" open={errors !== undefined || initiallyOpen || undefined}>
      <summary className="flex cursor-pointer items-center justify-between gap-4 p-4 sm:px-6">
        <span>
          <span className="block text-title font-semibold">{t('asks')}</span>
          <span className="text-small text-soft">{t('asksHint')}</span>
        </span>
        <span aria-hidden="true" className="text-title text-soft group-open:rotate-180">
          ⌄
        </span>
      </summary>
      <div className="grid gap-4 px-4 pb-5 sm:grid-cols-2 sm:px-6">
        <label className="block">
          <span className="mb-1 block font-medium">{t('holderNames')}</span>
          <select className="input" {...register('asks.holderNames')}>
            {names.map((each) => (
              <option key={each} value={each}>
                {t(`holderNamesOf.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <Field
          label={t('holderDeadlineAt')}
          hint={t('holderDeadlineAtHint')}
          error={errors?.holderDeadlineAt && t('required')}
          input={{
            type: 'datetime-local',
            ...register('asks.holderDeadlineAt', {
              validate: (text) => text === '' || readWallClock(text, zone) !== null,
            }),
          }}
        />
        <div className="grid gap-4 sm:col-span-2">
          {questions.fields.map((field, index) => (
            <QuestionEditor
              key={field.key}
              index={index}
              isFixed={published && field.id !== ''}
              remove={() => questions.remove(index)}
            />
          ))}
          <button
            type="button"
            className="button justify-self-start"
            onClick={() => questions.append(emptyQuestion)}
          >
            {t('addQuestion')}
          </button>
        </div>
      </div>
    </details>
  )
}

function QuestionEditor({
  index,
  isFixed,
  remove,
}: {
  readonly index: number
  readonly isFixed: boolean
  readonly remove: () => void
}) {
  const t = useTranslations('edit')
  const { register, formState } = useFormContext<ShowFields>()
  const errors = formState.errors.asks?.questions?.[index]
  const path = `asks.questions.${index}` as const
  const kind = useWatch<ShowFields, `asks.questions.${number}.kind`>({ name: `${path}.kind` })
  return (
    <fieldset className="grid gap-4 rounded-md border border-line p-4 sm:grid-cols-2">
      <legend className="px-1 text-small text-soft">{t('questionLegend', { number: index + 1 })}</legend>
      <Field
        className="sm:col-span-2"
        label={t('questionText')}
        error={errors?.text && t('required')}
        input={{ maxLength: 200, ...register(`${path}.text`, { validate: isVisible }) }}
      />
      <label className="block">
        <span className="mb-1 block font-medium">{t('questionKind')}</span>
        {/* A field that is disabled would lose its value. */}
        <select className="input" {...register(`${path}.kind`)} {...(isFixed ? { inert: true } : {})}>
          {kinds.map((each) => (
            <option key={each} value={each}>
              {t(`questionKindOf.${each}`)}
            </option>
          ))}
        </select>
      </label>
      <Whom index={index} isFixed={isFixed} />
      {offersChoices(kind) && (
        <div className="sm:col-span-2">
          <label htmlFor={`choices-${index}`} className="mb-1 block font-medium">
            {t('choices')}
          </label>
          <textarea
            id={`choices-${index}`}
            dir="auto"
            rows={4}
            className="input"
            aria-invalid={errors?.choices ? true : undefined}
            {...register(`${path}.choices`, { validate: areChoices })}
          />
          {errors?.choices && <p className="mt-1 text-small font-medium text-danger">{t('choicesWrong')}</p>}
        </div>
      )}
      <Field
        className="sm:col-span-2"
        label={t('questionHelp')}
        input={{ maxLength: 500, ...register(`${path}.help`) }}
      />
      <div className="grid gap-2 sm:col-span-2">
        <Check label={t('questionRequired')} input={register(`${path}.required`)} />
        <Check label={t('atDoor')} input={register(`${path}.atDoor`)} />
      </div>
      <button type="button" className="button justify-self-start" onClick={remove}>
        {t('removeQuestion', { number: index + 1 })}
      </button>
    </fieldset>
  )
}

/** At least one, none twice, none longer than the shop takes. */
function areChoices(text: string): boolean {
  const choices = choicesIn(text)
  return (
    choices.length > 0 &&
    choices.length <= 50 &&
    new Set(choices).size === choices.length &&
    choices.every((each) => isVisible(each) && each.length <= 200)
  )
}

/** The order, every ticket, or the tickets of one type; more types are set by the API. */
function Whom({ index, isFixed }: { readonly index: number; readonly isFixed: boolean }) {
  const t = useTranslations('edit')
  const { register, getValues } = useFormContext<ShowFields>()
  const types = useWatch<ShowFields, 'types'>({ name: 'types' })
  const path = `asks.questions.${index}.whom` as const
  const [initial] = useState(() => getValues(path))
  const ofTypes = types
    .filter(({ name }) => isVisible(name))
    .map(({ id, name }) => ({ value: id === '' ? `${newTypePrefix}${name.trim()}` : id, name }))
  const several = initial.includes(' ') && !initial.startsWith(newTypePrefix)
  return (
    <label className="block">
      <span className="mb-1 block font-medium">{t('whom')}</span>
      <select className="input" {...register(path)}>
        {!(isFixed && initial !== 'order') && <option value="order">{t('whomOrder')}</option>}
        {!(isFixed && initial === 'order') && (
          <>
            <option value="ticket">{t('whomTicket')}</option>
            {several && <option value={initial}>{t('whomSeveral')}</option>}
            {ofTypes.map(({ value, name }) => (
              <option key={value} value={value}>
                {t('whomType', { name })}
              </option>
            ))}
          </>
        )}
      </select>
    </label>
  )
}

function Check({
  label,
  input,
}: {
  readonly label: string
  readonly input: ReturnType<ReturnType<typeof useFormContext<ShowFields>>['register']>
}) {
  return (
    <label className="flex items-start gap-2">
      <input type="checkbox" className="mt-1 size-4 shrink-0 accent-(--accent)" {...input} />
      {label}
    </label>
  )
}
