// Making and changing a show. The form checks what it can; the shop decides.
import type { ShowView } from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { FormProvider, useFieldArray, useForm, useFormState } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { call, makeIdempotencyKey, mayPass } from '../api/client.ts'
import { showQuery } from '../api/queries.ts'
import { readersOwnZone, readersTimeZone } from '../i18n.tsx'
import { Link } from '../navigation/link.tsx'
import { useNavigate, useParams } from '../navigation/router.tsx'
import { Failure, Loading, Notice, PageTitle, Skeleton, useFailureText } from '../parts/basics.tsx'
import { AsksEditor } from './form/asks-editor.tsx'
import { bodyOf, emptyShow, emptyType, fieldsOf, type ShowFields } from './form/show-form.ts'
import { TypeEditor } from './form/type-editor.tsx'
import { useHouse } from './house/choice.tsx'
import { RequireUser } from './require-user.tsx'
import {
  AboutShow,
  CurrencyField,
  FormSection,
  MoreAboutEvening,
  Rules,
  WhenAndWhere,
} from './show-facts.tsx'

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
      {show.isLoadingError && <Failure error={show.error} retry={() => void show.refetch()} />}
      {show.data && <ShowForm title={t('editTitle')} initial={fieldsOf(show.data)} show={show.data} />}
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
  const published = show !== undefined && show.status !== 'draft'
  const { isDirty } = form.formState
  useAskBeforeLeaving(isDirty && !saving.isSuccess)
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
        <form noValidate className="mt-6 grid gap-8" onSubmit={(event) => void submit(event)}>
          <AboutShow />
          <WhenAndWhere initial={initial} zoneIsGuessed={!show && readersOwnZone === null} />
          <MoreAboutEvening />
          <FormSection title={t('types')} plain>
            {types.fields.map((field, index) => (
              <TypeEditor
                key={field.key}
                index={index}
                {...(types.fields.length > 1 && !(published && field.id !== '')
                  ? { remove: () => types.remove(index) }
                  : {})}
                fixedKind={field.id !== ''}
              />
            ))}
            <div className="flex flex-wrap items-end justify-between gap-4">
              <button type="button" className="button" onClick={() => types.append(emptyType)}>
                {t('addType')}
              </button>
              <CurrencyField fixed={published} initial={initial} />
            </div>
          </FormSection>
          <AsksEditor published={published} />
          <Rules />
          <SaveBar busy={saving.isPending} error={saving.error} />
        </form>
      </FormProvider>
    </div>
  )
}

/**
 * Always in sight: whether everything is kept, how many fields want something, and the one button.
 */
function SaveBar({ busy, error }: { readonly busy: boolean; readonly error: Error | null }) {
  const t = useTranslations('edit')
  const failureText = useFailureText()
  const { errors, isDirty } = useFormState<ShowFields>()
  const wrong = countErrors(errors)
  return (
    <div className="sticky bottom-0 z-10 -mx-4 border-t border-line bg-paper px-4 py-3 sm:mx-0 sm:px-0">
      {error && (
        <div className="mb-3">
          <Notice tone="bad" title={failureText(error)}>
            {'problem' in error && (
              <p lang="en">{(error as { problem: { detail?: string } }).problem.detail}</p>
            )}
          </Notice>
        </div>
      )}
      <div className="flex items-center justify-between gap-3">
        <p
          role="status"
          className={wrong > 0 ? 'text-small font-medium text-danger' : 'text-small text-soft'}
        >
          {wrong > 0 ? t('wrongFields', { count: wrong }) : isDirty ? t('unsaved') : ''}
        </p>
        <div className="flex shrink-0 gap-2">
          <Link to="/organiser" className="button" aria-label={t('leave')}>
            {t('leaveShort')}
          </Link>
          <button type="submit" className="button button-main" disabled={busy}>
            {t('save')}
          </button>
        </div>
      </div>
    </div>
  )
}

/** Fields that want something, however deep they lie. */
function countErrors(errors: unknown): number {
  if (typeof errors !== 'object' || errors === null) return 0
  if ('type' in errors && typeof errors.type === 'string') return 1
  return Object.entries(errors).reduce(
    (sum, [name, inner]) => (name === 'ref' ? sum : sum + countErrors(inner)),
    0,
  )
}

/** Closing the tab over a long form asks first. */
function useAskBeforeLeaving(active: boolean): void {
  useEffect(() => {
    if (!active) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [active])
}

function useSaveShow(show: ShowView | undefined) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { house } = useHouse()
  const key = useRef(makeIdempotencyKey())
  return useMutation({
    mutationFn: (fields: ShowFields) => {
      const body = bodyOf(fields, show)
      if (!body) throw new Error('the form let a wrong field through')
      if (show) return call<ShowView>(`/api/shows/${show.id}`, { method: 'PUT', body })
      const whose = house ? { organisationId: house.id } : {}
      return call<ShowView>('/api/shows', {
        method: 'POST',
        body: { ...body, ...whose },
        idempotencyKey: key.current,
      })
    },
    // While it is not known whether the shop took it, the next press is the same attempt.
    onError: (error) => {
      if (!mayPass(error)) key.current = makeIdempotencyKey()
    },
    onSuccess: async (saved) => {
      client.setQueryData(showQuery(saved.id).queryKey, saved)
      void client.invalidateQueries({ queryKey: ['my-shows'] })
      // A first show makes the organisation.
      void client.invalidateQueries({ queryKey: ['organisations'] })
      await navigate({ to: '/organiser/shows/$showId', params: { showId: saved.id } })
    },
  })
}
