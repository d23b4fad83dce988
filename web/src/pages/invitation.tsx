// An invitation to an organisation: what it is for, and a button that accepts it.
import type { LinkView, RedeemedView } from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { currentUserQuery } from '../api/queries.ts'
import { Link } from '../navigation/link.tsx'
import { useGo } from '../navigation/router.tsx'
import { Notice, useFailureText } from '../parts/basics.tsx'
import { isolated } from '../parts/user-text.tsx'

export function Invitation(props: {
  readonly token: string
  readonly invitation: NonNullable<LinkView['invitation']>
}) {
  const t = useTranslations('invitation')
  const roles = useTranslations('roleTexts')
  const go = useGo()
  const client = useQueryClient()
  const failureText = useFailureText()
  const { data: current } = useQuery(currentUserQuery)
  const { organisation, role, email } = props.invitation
  const accepting = useMutation({
    mutationFn: () =>
      call<RedeemedView>('/api/invitations/redeem', { method: 'POST', body: { token: props.token } }),
    onSuccess: async () => {
      client.clear()
      await go('/organiser', { replace: true })
    },
  })
  const user = current?.user?.kind === 'user' ? current.user : null
  return (
    <>
      <p>{t('text', { organisation: isolated(organisation) })}</p>
      <p className="text-soft">{roles(role)}</p>
      <p className="text-soft [overflow-wrap:anywhere]">{t('forEmail', { email: isolated(email) })}</p>
      {accepting.isError && <Notice tone="bad" title={failureText(accepting.error)} />}
      {user && (
        <>
          <p className="text-soft [overflow-wrap:anywhere]">
            {t('account', { email: isolated(user.email) })}
          </p>
          <button
            type="button"
            className="button button-main button-large"
            disabled={accepting.isPending}
            onClick={() => accepting.mutate()}
          >
            {t('accept')}
          </button>
        </>
      )}
      {current && !user && (
        <>
          <p>{t('signInFirst')}</p>
          <Link to="/sign-in" search={{ to: '/l' }} className="button button-main button-large text-center">
            {t('signIn')}
          </Link>
        </>
      )}
    </>
  )
}
