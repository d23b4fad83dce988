// Parts of the organisation's page: sections, choices of a role and of shows, and things that end by a
// press and a question.
import type { OrganisationView, Role, ShowView } from '@holdfast/contract'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { myShowsQuery } from '../../api/queries.ts'
import { useFormat } from '../../format.ts'
import { Confirm, Notice, useFailureText } from '../../parts/basics.tsx'
import { UserText } from '../../parts/user-text.tsx'
import { housePath } from './queries.ts'

export type Scope = { readonly role: Role; readonly showIds?: readonly string[] | undefined }

export const roles: readonly Role[] = ['owner', 'manager', 'finance', 'box_office', 'door']

export function Section(props: {
  readonly title: string
  readonly text: string
  readonly children: ReactNode
}) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="panel grid gap-4 p-5 sm:p-6">
      <div>
        <h2 id={id} className="text-title">
          {props.title}
        </h2>
        <p className="mt-1 text-small text-soft">{props.text}</p>
      </div>
      {props.children}
    </section>
  )
}

export function RoleSelect(props: {
  readonly label: string
  readonly value: Role
  readonly choices: readonly Role[]
  readonly onChange: (role: Role) => void
}) {
  const t = useTranslations('house')
  const roleTexts = useTranslations('roleTexts')
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {props.label}
      </label>
      <select
        id={id}
        className="input"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value as Role)}
        aria-describedby={`${id}-hint`}
      >
        {props.choices.map((role) => (
          <option key={role} value={role}>
            {t(`roles.${role}`)}
          </option>
        ))}
      </select>
      <p id={`${id}-hint`} className="mt-1 text-small text-soft">
        {roleTexts(props.value)}
      </p>
    </div>
  )
}

const useShows = (house: OrganisationView): readonly ShowView[] => {
  const { data } = useInfiniteQuery(myShowsQuery(house.id))
  return (data?.pages.flatMap((page) => page.items) ?? []).filter(({ status }) => status !== 'cancelled')
}

export function ShowChoice(props: {
  readonly house: OrganisationView
  readonly label: string
  readonly hint: string
  readonly value: readonly string[]
  readonly onChange: (showIds: readonly string[]) => void
}) {
  const format = useFormat()
  const shows = useShows(props.house)
  const toggle = (id: string, on: boolean) =>
    props.onChange(on ? [...props.value, id] : props.value.filter((each) => each !== id))
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{props.label}</legend>
      <p className="mb-2 text-small text-soft">{props.hint}</p>
      {shows.map((show) => (
        <label key={show.id} className="flex min-h-9 items-center gap-2">
          <input
            type="checkbox"
            className="size-5 shrink-0"
            checked={props.value.includes(show.id)}
            onChange={(event) => toggle(show.id, event.target.checked)}
          />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <UserText>{show.title}</UserText> · {format.moment(show.startsAt, show.timeZone)}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

/** In which role, and for what. */
export function ScopeText({ scope }: { readonly scope: Scope }) {
  const t = useTranslations('house')
  const { role, showIds } = scope
  return (
    <>
      {t(`roles.${role}`)}
      {showIds && ` · ${t('onlyShows', { count: showIds.length })}`}
    </>
  )
}

/** A button that ends something of the organisation, after a question. */
export function End(props: {
  readonly house: OrganisationView
  readonly path: string
  readonly button: string
  readonly name: string
  readonly question: string
  readonly text: string
  readonly done: () => void
}) {
  const client = useQueryClient()
  const failureText = useFailureText()
  const [asking, setAsking] = useState(false)
  const ending = useMutation({
    mutationFn: () => call(housePath(props.house.id, props.path), { method: 'DELETE' }),
    onSuccess: () => props.done(),
    onSettled: () => {
      setAsking(false)
      void client.invalidateQueries({ queryKey: ['organisation', props.house.id] })
    },
  })
  return (
    <>
      <button
        type="button"
        className="button button-quiet"
        aria-label={`${props.button}: ${props.name}`}
        onClick={() => setAsking(true)}
      >
        {props.button}
      </button>
      {ending.isError && <Notice tone="bad" title={failureText(ending.error)} />}
      <Confirm
        open={asking}
        title={props.question}
        confirmLabel={props.button}
        busy={ending.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => ending.mutate()}
      >
        <p>{props.text}</p>
      </Confirm>
    </>
  )
}
