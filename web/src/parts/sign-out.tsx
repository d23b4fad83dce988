// Ends the session; nothing that was read for this person stays in the page.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { useNavigate } from '../navigation/router.tsx'

export function SignOut() {
  const t = useTranslations('organiser')
  const client = useQueryClient()
  const navigate = useNavigate()
  const leaving = useMutation({
    mutationFn: () => call('/api/users/signout', { method: 'POST', body: {} }),
    onSuccess: async () => {
      client.clear()
      await navigate({ to: '/' })
    },
  })
  return (
    <button type="button" className="button button-quiet" disabled={leaving.isPending} onClick={() => leaving.mutate()}>
      {t('signOut')}
    </button>
  )
}
