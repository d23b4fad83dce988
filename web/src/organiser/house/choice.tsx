// Which organisation one works for now, where one has several, and what one may do there.
import type { OrganisationView } from '@holdfast/contract'
import { type Right, rolesOf } from '@holdfast/contract/rights'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { recall, remember } from '../../remembered.ts'
import { housesQuery } from './queries.ts'

const storageKey = 'holdfast-organisation'

/** Whoever belongs to none yet has that of their own account, and may do all of it. */
const mayIn = (house: OrganisationView | null, right: Right) =>
  house === null || rolesOf[right].includes(house.role)

export function useHouse() {
  const { data, isPending } = useQuery(housesQuery)
  const [chosen, setChosen] = useState(() => recall(storageKey))
  const houses = data ?? []
  const house = houses.find(({ id }) => id === chosen) ?? houses[0] ?? null
  return {
    houses,
    house,
    isPending,
    choose(id: string) {
      remember(storageKey, id)
      setChosen(id)
    },
    may: (right: Right) => !isPending && mayIn(house, right),
  }
}

/** What one may do with things of this organisation. */
export function useRights(organisationId: string): (right: Right) => boolean {
  const { data } = useQuery(housesQuery)
  return (right) => data !== undefined && mayIn(data.find(({ id }) => id === organisationId) ?? null, right)
}

export function HouseSwitch(props: {
  readonly houses: readonly OrganisationView[]
  readonly house: OrganisationView | null
  readonly choose: (id: string) => void
}) {
  const t = useTranslations('house')
  const id = useId()
  if (props.houses.length < 2) return null
  return (
    <div className="mb-6 max-w-md">
      <label htmlFor={id} className="mb-1 block font-medium">
        {t('switch')}
      </label>
      <select
        id={id}
        className="input"
        value={props.house?.id ?? ''}
        onChange={(event) => props.choose(event.target.value)}
      >
        {props.houses.map(({ id: each, name, role }) => (
          <option key={each} value={each}>
            {name} · {t(`roles.${role}`)}
          </option>
        ))}
      </select>
    </div>
  )
}
