// Making and changing a show. The form checks what it can; the shop decides.
import type { ShowView } from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { FormProvider, useFieldArray, useForm, useFormContext } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { call, makeIdempotencyKey, mayPass } from '../api/client.ts'
import { showQuery } from '../api/queries.ts'
import { readersTimeZone } from '../i18n.tsx'
import { Link } from '../navigation/link.tsx'
import { useNavigate, useParams } from '../navigation/router.tsx'
import { Failure, Field, Loading, Notice, PageTitle, Skeleton, useFailureText } from '../parts/basics.tsx'
import { RequireUser } from './require-user.tsx'
import { bodyOf, emptyShow, emptyType, fieldsOf, type ShowFields } from './show-form.ts'
import { TypeEditor } from './type-editor.tsx'

export function NewShowPage() {
  const t = useTranslations('edit')
  return (
    <RequireUser title={t('newTitle')}>
      <ShowForm title={t('newTitle')} initial={emptyShow(readersTimeZone)} />
    </RequireUser>
  )
}

export function EditShowPage() {
  const t = useTranslations('edit')
  const { showId } = useParams('/organiser/shows/$showId/edit')
  const show = useQuery(showQuery(showId))
  return (
    <RequireUser title={t('editTitle')}>
      {show.isPending && (
        <Loading>
          <Skeleton className="mt-8 h-96 rounded-lg" />
        </Loading>
      )}
      {show.isError && <Failure error={show.error} retry={() => void show.refetch()} />}
      {show.isSuccess && <ShowForm title={t('editTitle')} initial={fieldsOf(show.data)} show={show.data} />}
    </RequireUser>
  )
}

interface ShowFormProps {
  readonly title: string
  readonly initial: ShowFields
  readonly show?: ShowView
}

function ShowForm({ title, initial, show }: ShowFormProps) {
  const t = useTranslations('edit')
  const form = useForm<ShowFields>({ defaultValues: initial })
  const types = useFieldArray({ control: form.control, name: 'types', keyName: 'key' })
  const saving = useSaveShow(show)
  const failureText = useFailureText()
  const published = show !== undefined && show.status !== 'draft'
  const submit = form.handleSubmit((fields) => saving.mutate(fields))
  return (
    <div className="mx-auto max-w-narrow pt-6">
      <PageTitle title={title}>{title}</PageTitle>
      {published && (
        <div className="mt-4">
          <Notice quiet>{t('published')}</Notice>
        </div>
      )}
      <FormProvider {...form}>
        <form noValidate className="mt-6 grid gap-6" onSubmit={(event) => void submit(event)}>
          <Facts fixed={published} initial={initial} />
          <section aria-labelledby="types" className="grid gap-4">
            <h2 id="types" className="text-title">
              {t('types')}
            </h2>
            {types.fields.map((field, index) => (
              <TypeEditor
                key={field.key}
                index={index}
                {...(types.fields.length > 1 && !(published && field.id !== '') ? { remove: () => types.remove(index) } : {})}
                fixedKind={field.id !== ''}
              />
            ))}
            <button type="button" className="button justify-self-start" onClick={() => types.append(emptyType)}>
              {t('addType')}
            </button>
          </section>
          {saving.isError && (
            <Notice tone="bad" title={failureText(saving.error)}>
              {'problem' in saving.error && <p>{(saving.error as { problem: { detail?: string } }).problem.detail}</p>}
            </Notice>
          )}
          <div className="flex flex-wrap gap-3">
            <button type="submit" className="button button-main button-large" disabled={saving.isPending}>
              {t('save')}
            </button>
            <Link to="/organiser" className="button button-large">
              {t('leave')}
            </Link>
          </div>
        </form>
      </FormProvider>
    </div>
  )
}

function Facts({ fixed, initial }: { readonly fixed: boolean; readonly initial: ShowFields }) {
  const t = useTranslations('edit')
  const { register, formState } = useFormContext<ShowFields>()
  const { errors } = formState
  const required = t('required')
  return (
    <section aria-label={t('facts')} className="panel grid gap-4 p-5 sm:grid-cols-2 sm:p-6">
      <Field
        className="sm:col-span-2"
        label={t('title')}
        error={errors.title && required}
        input={{ maxLength: 200, ...register('title', { required: true }) }}
      />
      <Field
        label={t('startsAt')}
        error={errors.startsAt && required}
        input={{ type: 'datetime-local', ...register('startsAt', { required: true }) }}
      />
      <div>
        <label htmlFor="zone" className="mb-1 block font-medium">
          {t('timeZone')}
        </label>
        <select id="zone" className="input" {...register('timeZone')}>
          {[...new Set([initial.timeZone, ...Intl.supportedValuesOf('timeZone')])].map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      </div>
      <Field label={t('venue')} input={{ maxLength: 200, ...register('venue') }} />
      <div>
        <label htmlFor="currency" className="mb-1 block font-medium">
          {t('currency')}
        </label>
        <select id="currency" className="input" disabled={fixed} {...register('currency', { disabled: false })}>
          {[
            ...new Set([initial.currency, 'EUR', 'USD', 'GBP', 'CHF', 'SEK', 'DKK', 'NOK', 'PLN', 'CZK', 'JPY', 'CAD', 'AUD']),
          ].map((code) => (
            <option key={code}>{code}</option>
          ))}
        </select>
      </div>
      <div className="sm:col-span-2">
        <label htmlFor="description" className="mb-1 block font-medium">
          {t('description')}
        </label>
        <textarea id="description" rows={5} maxLength={10_000} className="input" {...register('description')} />
      </div>
      <Field
        label={t('holdMinutes')}
        hint={t('holdHint')}
        error={errors.holdMinutes && required}
        input={{
          type: 'number',
          step: 'any',
          min: 0.05,
          max: 1440,
          ...register('holdMinutes', { required: true, min: 0.01, max: 1440 }),
        }}
      />
      <Field
        label={t('maxPerOrder')}
        error={errors.maxPerOrder && required}
        input={{ type: 'number', min: 1, max: 100, ...register('maxPerOrder', { required: true, min: 1, max: 100 }) }}
      />
      <Field
        label={t('maxPerBuyer')}
        hint={t('maxPerBuyerHint')}
        input={{ type: 'number', min: 1, max: 1_000_000, ...register('maxPerBuyer', { min: 1, max: 1_000_000 }) }}
      />
    </section>
  )
}

function useSaveShow(show: ShowView | undefined) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const key = useRef(makeIdempotencyKey())
  return useMutation({
    mutationFn: (fields: ShowFields) => {
      const body = bodyOf(fields)
      if (!body) throw new Error('the form let a wrong field through')
      if (show) return call<ShowView>(`/api/shows/${show.id}`, { method: 'PUT', body })
      return call<ShowView>('/api/shows', { method: 'POST', body, idempotencyKey: key.current })
    },
    // While it is not known whether the shop took it, the next press is the same attempt.
    onError: (error) => {
      if (!mayPass(error)) key.current = makeIdempotencyKey()
    },
    onSuccess: async (saved) => {
      client.setQueryData(showQuery(saved.id).queryKey, saved)
      void client.invalidateQueries({ queryKey: ['my-shows'] })
      await navigate({ to: '/organiser/shows/$showId', params: { showId: saved.id } })
    },
  })
}
