// The field of one question, by its kind.
import type { Answer, Question } from '@holdfast/contract'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'

export interface QuestionFieldProps {
  readonly id: string
  readonly question: Question
  readonly answer: Answer | null
  /** Null: nothing is answered. */
  readonly onChange: (answer: Answer | null) => void
}

export function QuestionField(props: QuestionFieldProps) {
  const t = useTranslations('asked')
  const { id, question } = props
  const { text, help, required } = question
  const label = required ? t('requiredLabel', { label: text }) : text
  const hint = help ? (
    <p id={`${id}-help`} dir="auto" className="mt-1 text-small text-soft">
      {help}
    </p>
  ) : null
  if (question.kind === 'several')
    return (
      <Several {...props} label={label}>
        {hint}
      </Several>
    )
  return (
    <div>
      <label htmlFor={id} dir="auto" className="mb-1 block font-medium [overflow-wrap:anywhere]">
        {label}
      </label>
      <One {...props} />
      {hint}
    </div>
  )
}

const inputTypes: Partial<Record<Question['kind'], string>> = { number: 'number', date: 'date' }

function One({ id, question, answer, onChange }: QuestionFieldProps) {
  const t = useTranslations('asked')
  const { kind, choices = [], required = false, help } = question
  const common = {
    id,
    className: 'input',
    required,
    'aria-describedby': help ? `${id}-help` : undefined,
  }
  const empty = <option value="">{t('choose')}</option>
  if (kind === 'yes_no')
    return (
      <select
        {...common}
        value={typeof answer === 'boolean' ? String(answer) : ''}
        onChange={({ target }) => onChange(target.value === '' ? null : target.value === 'true')}
      >
        {empty}
        <option value="true">{t('yes')}</option>
        <option value="false">{t('no')}</option>
      </select>
    )
  const text = answer === null ? '' : String(answer)
  if (kind === 'choice')
    return (
      <select {...common} value={text} onChange={({ target }) => onChange(target.value || null)}>
        {empty}
        {/* A choice that was made stays, also when it is offered no more. */}
        {[...new Set([...choices, ...(text === '' ? [] : [text])])].map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    )
  if (kind === 'long_text')
    return (
      <textarea
        {...common}
        dir="auto"
        rows={3}
        maxLength={2_000}
        value={text}
        onChange={({ target }) => onChange(target.value || null)}
      />
    )
  return (
    <input
      {...common}
      dir="auto"
      type={inputTypes[kind] ?? 'text'}
      {...(kind === 'number' ? { step: 'any' } : { maxLength: 200 })}
      value={text}
      onChange={({ target }) =>
        onChange(target.value === '' ? null : kind === 'number' ? Number(target.value) : target.value)
      }
    />
  )
}

function Several({
  id,
  question: { choices = [], help },
  answer,
  onChange,
  label,
  children,
}: QuestionFieldProps & { readonly label: string; readonly children: ReactNode }) {
  const chosen = Array.isArray(answer) ? answer : []
  const toggle = (choice: string, isChosen: boolean) => {
    const next = choices.filter((each) => (each === choice ? isChosen : chosen.includes(each)))
    onChange(next.length === 0 ? null : next)
  }
  return (
    <fieldset aria-describedby={help ? `${id}-help` : undefined}>
      <legend dir="auto" className="mb-1 font-medium [overflow-wrap:anywhere]">
        {label}
      </legend>
      <div className="grid gap-1">
        {choices.map((choice) => (
          <label key={choice} dir="auto" className="flex min-h-8 items-start gap-2">
            <input
              type="checkbox"
              className="mt-1 size-4 shrink-0 accent-(--accent)"
              checked={chosen.includes(choice)}
              onChange={({ target }) => toggle(choice, target.checked)}
            />
            {choice}
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  )
}
