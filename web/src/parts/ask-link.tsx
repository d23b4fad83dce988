// Asks the shop for a link by email. The answer is the same whether anybody has the address or not,
// and so are the words.
import type { RequestedPurpose } from '@holdfast/contract'
import { isEmailAddress } from '@holdfast/contract/text'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { currentUserQuery } from '../api/queries.ts'
import { useSendsMail } from '../api/sends-mail.ts'
import { Field, Notice, useFailureText } from './basics.tsx'
import { isolated } from './user-text.tsx'

const useAsking = (purpose: RequestedPurpose) =>
  useMutation({
    mutationFn: (email: string) => call('/api/users/links', { method: 'POST', body: { email, purpose } }),
  })

function Sent({ email }: { readonly email: string }) {
  const t = useTranslations('askLink')
  return (
    <Notice tone="good" title={t('sent')}>
      <p className="[overflow-wrap:anywhere]">{t('sentText', { email: isolated(email) })}</p>
    </Notice>
  )
}

export function AskLink(props: { readonly purpose: RequestedPurpose; readonly email?: string }) {
  const t = useTranslations('askLink')
  const signIn = useTranslations('signIn')
  const failureText = useFailureText()
  const { register, handleSubmit, formState } = useForm<{ email: string }>({
    defaultValues: { email: props.email ?? '' },
  })
  const asking = useAsking(props.purpose)
  if (asking.isSuccess) return <Sent email={asking.variables} />
  return (
    <form
      noValidate
      className="grid gap-3"
      onSubmit={(event) => void handleSubmit((fields) => asking.mutate(fields.email.trim()))(event)}
    >
      <Field
        label={t('email')}
        error={formState.errors.email ? signIn('emailMissing') : undefined}
        input={{
          type: 'email',
          autoComplete: 'email',
          ...register('email', { validate: (text) => isEmailAddress(text.trim()) }),
        }}
      />
      {asking.isError && <Notice tone="bad" title={failureText(asking.error)} />}
      <button type="submit" className="button justify-self-start" disabled={asking.isPending}>
        {t('send')}
      </button>
    </form>
  )
}

/** For people whose tickets do not open here: they come by email again. */
export function FindTickets({ email = '' }: { readonly email?: string | undefined }) {
  const t = useTranslations('askLink')
  if (!useSendsMail()) return null
  return (
    <section className="panel mt-8 p-5 sm:p-6">
      <h2 className="text-title">{t('myTickets')}</h2>
      <p className="mt-1 mb-4 text-soft">{t('myTicketsText')}</p>
      <AskLink purpose="my_tickets" email={email} />
    </section>
  )
}

const reasons = {
  orders: 'confirmText',
  operator: 'confirmOperatorText',
  paying: 'confirmPayingText',
} as const

/** Asks somebody to confirm their address, and says why. Guests are asked only when they pay. */
export function ConfirmAddress({ why = 'orders' }: { readonly why?: keyof typeof reasons }) {
  const t = useTranslations('askLink')
  const failureText = useFailureText()
  const sendsMail = useSendsMail()
  const { data: current } = useQuery(currentUserQuery)
  const asking = useAsking('verify_email')
  const user = current?.user
  if (!sendsMail || !user || user.emailVerified || (user.kind === 'guest' && why !== 'paying')) return null
  if (asking.isSuccess) return <Sent email={user.email} />
  return (
    <Notice title={t('confirmTitle')} quiet>
      <p className="[overflow-wrap:anywhere]">{t(reasons[why], { email: isolated(user.email) })}</p>
      {asking.isError && <p className="mt-2 text-danger">{failureText(asking.error)}</p>}
      <button
        type="button"
        className="button mt-3"
        disabled={asking.isPending}
        onClick={() => asking.mutate(user.email)}
      >
        {t('send')}
      </button>
    </Notice>
  )
}
