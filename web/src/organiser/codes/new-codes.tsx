// The form that makes codes: a word of one's own, or many made-up ones.
import type { CodesBody, CodeView, ShowView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { FormProvider, useForm, useFormContext } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { parseAmount } from '../../amounts.ts'
import { call } from '../../api/client.ts'
import { Field, Notice, useFailureText } from '../../parts/basics.tsx'
import { readWallClock } from '../form/wall-clock.ts'

interface CodeFields {
  word: string
  count: string
  kind: 'percent' | 'amount' | 'order' | 'price' | 'free' | 'none'
  value: string
  typeIds: string[]
  unlocks: string[]
  uses: string
  usesPerBuyer: string
  validUntil: string
}

const empty: CodeFields = {
  word: '',
  count: '1',
  kind: 'percent',
  value: '',
  typeIds: [],
  unlocks: [],
  uses: '',
  usesPerBuyer: '',
  validUntil: '',
}
const kinds = ['percent', 'amount', 'order', 'price', 'free', 'none'] as const
const withValue = new Set<CodeFields['kind']>(['percent', 'amount', 'order', 'price'])

/** What is sent; null when a field cannot be read. */
function bodyOf(fields: CodeFields, show: ShowView): CodesBody | null {
  const amountMinor = parseAmount(fields.value, show.currency)
  const percent = Number(fields.value.replace(',', '.'))
  const validUntil =
    fields.validUntil === '' ? null : readWallClock(fields.validUntil, show.timeZone)?.instant
  if (validUntil === undefined) return null
  const takesOff = {
    percent: percent > 0 && percent <= 100 ? { percentBps: Math.round(percent * 100) } : null,
    amount: amountMinor === null ? null : { amountMinor },
    order: amountMinor === null ? null : { amountMinor, per: 'order' as const },
    price: amountMinor === null ? null : { priceMinor: amountMinor },
    free: { percentBps: 10_000 },
    none: {},
  }[fields.kind]
  if (takesOff === null) return null
  return {
    ...(fields.word.trim() === '' ? { count: Number(fields.count) } : { code: fields.word.trim() }),
    ...takesOff,
    ...(fields.typeIds.length > 0 ? { ticketTypeIds: fields.typeIds } : {}),
    ...(fields.unlocks.length > 0 ? { unlocks: fields.unlocks } : {}),
    ...(fields.uses === '' ? {} : { uses: Number(fields.uses) }),
    ...(fields.usesPerBuyer === '' ? {} : { usesPerBuyer: Number(fields.usesPerBuyer) }),
    ...(validUntil === null ? {} : { validUntil }),
  }
}

export function NewCodes({ show, made }: { readonly show: ShowView; readonly made: () => void }) {
  const t = useTranslations('codes')
  const failureText = useFailureText()
  const form = useForm<CodeFields>({ defaultValues: empty })
  const making = useMutation({
    mutationFn: (body: CodesBody) =>
      call<{ items: CodeView[] }>(`/api/shows/${show.id}/codes`, { method: 'POST', body }),
    onSuccess: () => {
      made()
      form.reset(empty)
    },
  })
  const submit = form.handleSubmit((fields) => {
    const body = bodyOf(fields, show)
    if (body) making.mutate(body)
    else form.setError('value', { type: 'unreadable' })
  })
  return (
    <FormProvider {...form}>
      <form noValidate className="panel mt-6 grid gap-4 p-5 sm:p-6" onSubmit={(event) => void submit(event)}>
        <h2 className="text-title">{t('new')}</h2>
        <Words />
        <Discount />
        <Types show={show} />
        <Bounds />
        {making.isError && (
          <Notice tone="bad" title={failureText(making.error)}>
            {'problem' in making.error && (
              <p lang="en">{(making.error as { problem: { detail?: string } }).problem.detail}</p>
            )}
          </Notice>
        )}
        {making.isSuccess && <Notice tone="good" title={t('made', { count: making.data.items.length })} />}
        <button type="submit" className="button button-main justify-self-start" disabled={making.isPending}>
          {t('make')}
        </button>
      </form>
    </FormProvider>
  )
}

function Words() {
  const t = useTranslations('codes')
  const { register, watch, formState } = useFormContext<CodeFields>()
  const ownWord = watch('word').trim() !== ''
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label={t('word')}
        hint={t('wordHint')}
        input={{ maxLength: 60, autoComplete: 'off', ...register('word') }}
      />
      {!ownWord && (
        <Field
          label={t('howMany')}
          hint={t('howManyHint')}
          error={formState.errors.count && t('wrong')}
          input={{
            type: 'number',
            min: 1,
            max: 1_000,
            ...register('count', { required: true, min: 1, max: 1_000 }),
          }}
        />
      )}
    </div>
  )
}

function Discount() {
  const t = useTranslations('codes')
  const { register, watch, formState } = useFormContext<CodeFields>()
  const kind = watch('kind')
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <label className="block font-medium">
        {t('kind')}
        <select className="input mt-1 font-normal" {...register('kind')}>
          {kinds.map((each) => (
            <option key={each} value={each}>
              {t(`kinds.${each}`)}
            </option>
          ))}
        </select>
      </label>
      {withValue.has(kind) && (
        <Field
          label={t(kind === 'percent' ? 'valuePercent' : 'valueAmount')}
          error={formState.errors.value && t('wrong')}
          input={{ inputMode: 'decimal', ...register('value', { required: true }) }}
        />
      )}
    </div>
  )
}

function Types({ show }: { readonly show: ShowView }) {
  const t = useTranslations('codes')
  const hidden = show.ticketTypes.filter((type) => type.hidden === true)
  return (
    <>
      {show.ticketTypes.length > 1 && (
        <Checks name="typeIds" legend={t('for')} hint={t('forHint')} types={show.ticketTypes} />
      )}
      {hidden.length > 0 && <Checks name="unlocks" legend={t('unlock')} types={hidden} />}
    </>
  )
}

function Checks({
  name,
  legend,
  hint,
  types,
}: {
  readonly name: 'typeIds' | 'unlocks'
  readonly legend: string
  readonly hint?: string
  readonly types: ShowView['ticketTypes']
}) {
  const { register } = useFormContext<CodeFields>()
  return (
    <fieldset>
      <legend className="font-medium">{legend}</legend>
      <div className="mt-1 flex flex-wrap gap-x-6 gap-y-1">
        {types.map(({ id, name: typeName }) => (
          <label key={id} className="inline-flex min-h-9 items-center gap-2">
            <input type="checkbox" value={id} className="size-4 accent-(--accent)" {...register(name)} />
            <span dir="auto">{typeName}</span>
          </label>
        ))}
      </div>
      {hint !== undefined && <p className="text-small text-soft">{hint}</p>}
    </fieldset>
  )
}

function Bounds() {
  const t = useTranslations('codes')
  const { register, formState } = useFormContext<CodeFields>()
  const number = (name: 'uses' | 'usesPerBuyer') => ({
    type: 'number',
    min: 1,
    max: 1_000_000,
    ...register(name, { min: 1, max: 1_000_000 }),
  })
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <Field
        label={t('usesEach')}
        hint={t('usesHint')}
        error={formState.errors.uses && t('wrong')}
        input={number('uses')}
      />
      <Field
        label={t('usesPerBuyer')}
        error={formState.errors.usesPerBuyer && t('wrong')}
        input={number('usesPerBuyer')}
      />
      <Field
        label={t('validUntil')}
        hint={t('validUntilHint')}
        input={{ type: 'datetime-local', ...register('validUntil') }}
      />
    </div>
  )
}
