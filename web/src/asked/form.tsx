// Names and answers of one order, ticket by ticket. One button keeps all that was changed.
import type { Answer, OrderUnits, Question, UnitBody } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { useFormat } from '../format.ts'
import { Field, Notice, useFailureText } from '../parts/basics.tsx'
import { QuestionField } from './field.tsx'
import { missingIn, unitsKey } from './queries.ts'

/** Of the order as a whole, or of the unit of this number: what was typed and not kept yet. */
type Part = 'order' | number
interface Draft {
  readonly holderName?: string
  readonly answers: Readonly<Record<string, Answer | null>>
}
type Drafts = ReadonlyMap<Part, Draft>
const untouched: Draft = { answers: {} }

export function AskedForm({ units }: { readonly units: OrderUnits }) {
  const t = useTranslations('asked')
  const format = useFormat()
  const [drafts, setDrafts] = useState<Drafts>(new Map())
  const failureText = useFailureText()
  const saving = useSaveDrafts(units, () => setDrafts(new Map()))
  const missing = missingIn(units)
  const [wasMissing] = useState(missing > 0)
  const change = (part: Part, draft: Draft) => {
    saving.reset()
    setDrafts(new Map(drafts).set(part, draft))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate(drafts)
  }
  const ofOrder = questionsIn(units, units.questionIds)
  return (
    <details className="panel group mt-5 print:hidden" open={wasMissing || undefined}>
      <summary className="flex min-h-11 cursor-pointer items-center justify-between gap-4 p-4 sm:px-6">
        <span>
          <span className="block text-title font-semibold">{t('title')}</span>
          <span className={missing > 0 ? 'text-small font-medium text-warm' : 'text-small text-soft'}>
            {missing > 0 ? t('missing', { count: missing }) : t('complete')}
          </span>
        </span>
        <span aria-hidden="true" className="text-title text-soft group-open:rotate-180">
          ⌄
        </span>
      </summary>
      <form noValidate className="grid gap-5 px-4 pb-5 sm:px-6" onSubmit={submit}>
        <p className="text-small text-soft">
          {!units.changeable
            ? t('closed')
            : units.changeableUntil
              ? t('until', { when: format.moment(units.changeableUntil) })
              : t('anyTime')}
        </p>
        <fieldset className="grid gap-5" disabled={!units.changeable}>
          {ofOrder.length > 0 && (
            <Questions
              questions={ofOrder}
              known={units.answers}
              draft={drafts.get('order') ?? untouched}
              onChange={(draft) => change('order', draft)}
            />
          )}
          {units.items
            .filter((unit) => unit.ticketStatus !== 'void')
            .map((unit) => (
              <UnitFields
                key={unit.no}
                units={units}
                unit={unit}
                draft={drafts.get(unit.no) ?? untouched}
                onChange={(draft) => change(unit.no, draft)}
              />
            ))}
        </fieldset>
        {saving.isError && <Notice tone="bad" title={failureText(saving.error)} />}
        {saving.isSuccess && drafts.size === 0 && <Notice tone="good" title={t('saved')} />}
        {units.changeable && (
          <button
            type="submit"
            className="button button-main justify-self-start"
            disabled={saving.isPending || drafts.size === 0}
          >
            {t('save')}
          </button>
        )}
      </form>
    </details>
  )
}

const questionsIn = ({ questions }: OrderUnits, ids: readonly string[]) =>
  questions.filter(({ id }) => ids.includes(id))

/** Each part by itself: what was kept stays kept when a later one is refused. */
function useSaveDrafts(units: OrderUnits, done: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (drafts: Drafts) => {
      const path = `/api/orders/${encodeURIComponent(units.orderId)}`
      for (const [part, { holderName, answers }] of drafts) {
        const given = Object.keys(answers).length === 0 ? {} : { answers }
        const body: UnitBody = { ...(holderName === undefined ? {} : { holderName }), ...given }
        await call(part === 'order' ? path : `${path}/units/${part}`, { method: 'PATCH', body })
      }
    },
    onSuccess: done,
    onSettled: () => client.invalidateQueries({ queryKey: unitsKey(units.orderId) }),
  })
}

interface PartProps {
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
}

function UnitFields({
  units,
  unit,
  draft,
  onChange,
}: PartProps & { readonly units: OrderUnits; readonly unit: OrderUnits['items'][number] }) {
  const t = useTranslations('asked')
  const asksName = units.holderNames === 'optional' || units.holderNames === 'required'
  const questions = questionsIn(units, unit.questionIds)
  if (!asksName && questions.length === 0) return null
  const seat = unit.seat && [unit.seat.section, unit.seat.row, unit.seat.number].filter(Boolean).join(' · ')
  const isRequired = units.holderNames === 'required'
  return (
    <fieldset className="grid gap-4 border-t border-line pt-4">
      <legend className="contents">
        <span className="font-semibold [overflow-wrap:anywhere]">
          {t('ticket', { position: unit.no + 1, name: unit.name })}
          {seat && <span className="block text-small font-normal text-soft">{seat}</span>}
        </span>
      </legend>
      {asksName && (
        <Field
          label={isRequired ? t('requiredLabel', { label: t('holderName') }) : t('holderName')}
          input={{
            maxLength: 120,
            autoComplete: 'off',
            required: isRequired,
            value: draft.holderName ?? unit.holderName ?? '',
            onChange: ({ target }) => onChange({ ...draft, holderName: target.value }),
          }}
        />
      )}
      <Questions questions={questions} known={unit.answers} draft={draft} onChange={onChange} />
    </fieldset>
  )
}

function Questions({
  questions,
  known,
  draft,
  onChange,
}: PartProps & {
  readonly questions: readonly Question[]
  readonly known: Readonly<Record<string, Answer>>
}) {
  const prefix = useId()
  return questions.map((question) => {
    const typed = draft.answers[question.id]
    return (
      <QuestionField
        key={question.id}
        id={`${prefix}-${question.id}`}
        question={question}
        answer={typed === undefined ? (known[question.id] ?? null) : typed}
        onChange={(answer) => onChange({ ...draft, answers: { ...draft.answers, [question.id]: answer } })}
      />
    )
  })
}
