// Members and invitations: who works here, in which role, and who is asked to.
import type { InvitationBody, InvitationView, MemberView, OrganisationView, Role } from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { useFormat } from '../../format.ts'
import { Failure, Field, Notice, Skeleton, useFailureText } from '../../parts/basics.tsx'
import { isolated } from '../../parts/user-text.tsx'
import { End, RoleSelect, roles, ScopeText, Section, ShowChoice } from './parts.tsx'
import { housePath, housesQuery, invitationsQuery, membersQuery } from './queries.ts'

export function People({ house }: { readonly house: OrganisationView }) {
  const t = useTranslations('house')
  const members = useQuery(membersQuery(house.id))
  const invitations = useQuery(invitationsQuery(house.id))
  return (
    <Section title={t('people')} text={t('peopleText')}>
      {members.isPending && <Skeleton className="h-16" />}
      {members.isLoadingError && <Failure error={members.error} retry={() => void members.refetch()} />}
      <ul className="divide-y divide-line">
        {members.data?.map((member) => (
          <Member key={member.userId} house={house} member={member} />
        ))}
        {invitations.data?.map((invitation) => (
          <Invited key={invitation.id} house={house} invitation={invitation} />
        ))}
      </ul>
      <Invite house={house} />
    </Section>
  )
}

function Member({ house, member }: { readonly house: OrganisationView; readonly member: MemberView }) {
  const t = useTranslations('house')
  const client = useQueryClient()
  const failureText = useFailureText()
  const { email, userId, showIds } = member
  const reload = () => {
    void client.invalidateQueries({ queryKey: ['organisation', house.id] })
    // It may have been one's own role.
    void client.invalidateQueries({ queryKey: housesQuery.queryKey })
  }
  const changing = useMutation({
    mutationFn: (role: Role) => {
      const only = role === 'owner' || showIds === undefined ? {} : { showIds }
      const path = housePath(house.id, `/members/${userId}`)
      return call(path, { method: 'PATCH', body: { role, ...only } })
    },
    onSettled: reload,
  })
  return (
    <li className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2 py-3">
      <div className="min-w-0 grow">
        <p className="[overflow-wrap:anywhere]">{isolated(email)}</p>
        {showIds && <p className="text-small text-soft">{t('onlyShows', { count: showIds.length })}</p>}
      </div>
      <select
        className="input w-auto"
        aria-label={t('roleOf', { email })}
        value={member.role}
        disabled={changing.isPending}
        onChange={(event) => changing.mutate(event.target.value as Role)}
      >
        {roles.map((role) => (
          <option key={role} value={role}>
            {t(`roles.${role}`)}
          </option>
        ))}
      </select>
      <End
        house={house}
        path={`/members/${userId}`}
        button={t('remove')}
        name={email}
        question={t('removeTitle', { email: isolated(email) })}
        text={t('removeText')}
        done={reload}
      />
      {changing.isError && <Notice tone="bad" title={failureText(changing.error)} />}
    </li>
  )
}

function Invited(props: { readonly house: OrganisationView; readonly invitation: InvitationView }) {
  const t = useTranslations('house')
  const format = useFormat()
  const { id, email, expiresAt } = props.invitation
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
      <div className="min-w-0 grow">
        <p className="[overflow-wrap:anywhere]">{isolated(email)}</p>
        <p className="text-small text-soft">
          <ScopeText scope={props.invitation} /> · {t('invitedUntil', { when: format.moment(expiresAt) })}
        </p>
      </div>
      <End
        house={props.house}
        path={`/invitations/${id}`}
        button={t('withdraw')}
        name={email}
        question={t('withdrawTitle', { email: isolated(email) })}
        text={t('withdrawText')}
        done={() => undefined}
      />
    </li>
  )
}

function Invite({ house }: { readonly house: OrganisationView }) {
  const t = useTranslations('house')
  const client = useQueryClient()
  const failureText = useFailureText()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('box_office')
  const [showIds, setShowIds] = useState<readonly string[]>([])
  const inviting = useMutation({
    mutationFn: (body: InvitationBody) =>
      call<InvitationView>(housePath(house.id, '/invitations'), { method: 'POST', body }),
    onSuccess: () => {
      setEmail('')
      void client.invalidateQueries({ queryKey: ['organisation', house.id] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const only = role === 'owner' || showIds.length === 0 ? {} : { showIds: [...showIds] }
    inviting.mutate({ email: email.trim(), role, ...only })
  }
  return (
    <form onSubmit={submit} className="grid gap-4 border-t border-line pt-4">
      <Field
        label={t('inviteEmail')}
        input={{
          type: 'email',
          required: true,
          maxLength: 254,
          value: email,
          onChange: (event) => setEmail(event.target.value),
        }}
      />
      <RoleSelect label={t('role')} value={role} choices={roles} onChange={setRole} />
      {role !== 'owner' && (
        <ShowChoice
          house={house}
          label={t('shows')}
          hint={t('showsHint')}
          value={showIds}
          onChange={setShowIds}
        />
      )}
      {inviting.isError && <Notice tone="bad" title={failureText(inviting.error)} />}
      {inviting.isSuccess && (
        <Notice tone="good" title={t('invited', { email: isolated(inviting.data.email) })} />
      )}
      <button type="submit" className="button button-main justify-self-start" disabled={inviting.isPending}>
        {t('invite')}
      </button>
    </form>
  )
}
