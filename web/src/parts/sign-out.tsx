// Ends the session; nothing that was read for this person stays in the page. A guest is asked
// first: only a link in an email brings them back.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { currentUserQuery } from '../api/queries.ts'
import { useSendsMail } from '../api/sends-mail.ts'
import { useNavigate } from '../navigation/router.tsx'
import { Confirm } from './basics.tsx'

export function SignOut() {
  const t = useTranslations('account')
  const orders = useTranslations('orders')
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: current } = useQuery(currentUserQuery)
  const sendsMail = useSendsMail()
  const [asking, setAsking] = useState(false)
  const leaving = useMutation({
    mutationFn: () => call('/api/users/signout', { method: 'POST', body: {} }),
    onSuccess: async () => {
      client.clear()
      await navigate({ to: '/' })
    },
  })
  const begin = () => (current?.user?.kind === 'guest' ? setAsking(true) : leaving.mutate())
  return (
    <>
      <button type="button" className="button button-quiet" disabled={leaving.isPending} onClick={begin}>
        {t('signOut')}
      </button>
      <Confirm
        open={asking}
        title={orders('leaveTitle')}
        confirmLabel={t('signOut')}
        busy={leaving.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => leaving.mutate()}
      >
        <p>{orders(sendsMail ? 'leaveText' : 'leaveTextWithoutMail')}</p>
      </Confirm>
    </>
  )
}
