// The page of a link that was printed or sent: it says what the link is for, and a button redeems
// it, so that nothing that only looks at links uses one up.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { currentUserQuery } from '../api/queries.ts'
import { useGo } from '../navigation/router.tsx'
import { RequireUser } from '../organiser/require-user.tsx'
import { Empty, Notice, PageTitle, useFailureText } from '../parts/basics.tsx'
import { isOfMail, MailLink } from './mail-link.tsx'

/** Kept while the reader signs in: an address with it would reach the server's logs. */
let remembered = ''

export function LinkPage() {
  const t = useTranslations('link')
  if (location.hash.length > 1) remembered = location.hash.slice(1)
  if (remembered === '') {
    return (
      <div className="mx-auto max-w-narrow pt-8">
        <PageTitle title={t('title')}>{t('title')}</PageTitle>
        <div className="mt-6">
          <Empty title={t('incomplete')}>{t('incompleteText')}</Empty>
        </div>
      </div>
    )
  }
  if (isOfMail(remembered)) return <MailLink token={remembered} />
  return (
    <RequireUser title={t('title')} text={t('signInText')}>
      <Redeem token={remembered} />
    </RequireUser>
  )
}

function Redeem({ token }: { readonly token: string }) {
  const t = useTranslations('link')
  const go = useGo()
  const failureText = useFailureText()
  const { data: current } = useQuery(currentUserQuery)
  const redeeming = useMutation({
    mutationFn: () => call('/api/users/links/redeem', { method: 'POST', body: { token } }),
    onSuccess: () => go('/ops', { replace: true }),
  })
  return (
    <div className="mx-auto max-w-md pt-8">
      <PageTitle title={t('title')}>{t('title')}</PageTitle>
      <div className="panel mt-6 grid gap-4 p-5 sm:p-6">
        <p>{t('text')}</p>
        <p className="text-soft [overflow-wrap:anywhere]">
          {t('account', { email: current?.user?.email ?? '' })}
        </p>
        {redeeming.isError && <Notice tone="bad" title={failureText(redeeming.error)} />}
        <button
          type="button"
          className="button button-main button-large"
          disabled={redeeming.isPending}
          onClick={() => redeeming.mutate()}
        >
          {t('button')}
        </button>
      </div>
    </div>
  )
}
