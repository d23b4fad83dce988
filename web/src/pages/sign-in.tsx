// Sign in, or make an account. Wrong password and unknown address are told alike, as the shop tells
// them.
import { isEmailAddress } from '@holdfast/contract/text'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { currentUserQuery, myOrdersQuery } from '../api/queries.ts'
import { useSendsMail } from '../api/sends-mail.ts'
import { expectSession } from '../api/session.ts'
import { Link } from '../navigation/link.tsx'
import { useGo, useSearchValue } from '../navigation/router.tsx'
import { AskLink } from '../parts/ask-link.tsx'
import { Field, Notice, PageTitle, useFailureText } from '../parts/basics.tsx'

interface Fields {
  readonly email: string
  readonly password: string
}

/** The shop refuses such passwords for new accounts; said at the field before anything is sent. */
const plain = (text: string) => text.normalize('NFKC').trim().toLowerCase()
const isNotBlank = (password: string) => plain(password) !== ''
const isNotEmail = (password: string, { email }: Fields) => plain(password) !== plain(email)

export function SignInPage() {
  const t = useTranslations('signIn')
  const [byLink, setByLink] = useState<LinkPurpose | null>(
    useSearchValue('reset') === '' ? null : 'reset_password',
  )
  const wasGuest = useQuery(currentUserQuery).data?.user?.kind === 'guest'
  const to = useSearchValue('to')
  const go = useGo()
  const client = useQueryClient()
  const failureText = useFailureText()
  const [fresh, setFresh] = useState(false)
  const { register, handleSubmit, formState, clearErrors } = useForm<Fields>()
  const entering = useMutation({
    mutationFn: async (fields: Fields) => {
      await call(fresh ? '/api/users/signup' : '/api/users/signin', {
        method: 'POST',
        body: { email: fields.email.trim(), password: fields.password },
      })
      await expectSession(client)
      return wasGuest ? '/orders' : '/organiser'
    },
    onSuccess: async (home) => {
      // Another person: nothing that was read for the one before may be shown.
      client.clear()
      // An address on another site is nobody's to ask for.
      await go(/^\/[^/\\]/.test(to) ? to : home)
    },
  })
  const passwordError = formState.errors.password?.type
  const title = fresh ? t('signUp') : t('signIn')
  if (byLink !== null) return <ByLink purpose={byLink} choose={setByLink} />
  return (
    <div className="mx-auto max-w-md pt-8">
      <PageTitle title={title}>{title}</PageTitle>
      <p className="mt-2 text-soft">{t('text')}</p>
      <GuestsOrders />
      <form
        noValidate
        className="panel mt-6 grid gap-4 p-5 sm:p-6"
        onSubmit={(event) => void handleSubmit((fields) => entering.mutate(fields))(event)}
      >
        <Field
          label={t('email')}
          error={formState.errors.email ? t('emailMissing') : undefined}
          input={{
            type: 'email',
            autoComplete: 'username',
            ...register('email', { validate: (text) => isEmailAddress(text.trim()) }),
          }}
        />
        <Field
          label={t('password')}
          hint={fresh ? t('passwordHint') : undefined}
          error={passwordError && t(passwordError === 'same' ? 'passwordSameAsEmail' : 'passwordMissing')}
          input={{
            type: 'password',
            autoComplete: fresh ? 'new-password' : 'current-password',
            ...register('password', {
              required: true,
              minLength: 8,
              validate: fresh ? { blank: isNotBlank, same: isNotEmail } : {},
            }),
          }}
        />
        {entering.isError && <Notice tone="bad" title={failureText(entering.error)} />}
        <button type="submit" className="button button-main button-large" disabled={entering.isPending}>
          {title}
        </button>
      </form>
      <p className="mt-5 text-center">
        <button
          type="button"
          className="button button-quiet"
          onClick={() => {
            clearErrors()
            setFresh(!fresh)
            entering.reset()
          }}
        >
          {fresh ? t('haveAccount') : t('noAccount')}
        </button>
      </p>
      {!fresh && <OtherWays choose={setByLink} />}
    </div>
  )
}

interface AskingProps {
  readonly purpose: LinkPurpose
  readonly choose: (purpose: LinkPurpose | null) => void
}
type LinkPurpose = 'sign_in' | 'reset_password'

/** Instead of the form with a password: a link that comes by email. */
function ByLink({ purpose, choose }: AskingProps) {
  const t = useTranslations('askLink')
  const signIn = useTranslations('signIn')
  const isReset = purpose === 'reset_password'
  const title = t(isReset ? 'reset' : 'signIn')
  return (
    <div className="mx-auto max-w-md pt-8">
      <PageTitle title={title}>{title}</PageTitle>
      <p className="mt-2 text-soft">{t(isReset ? 'resetText' : 'signInText')}</p>
      <div className="panel mt-6 p-5 sm:p-6">
        <AskLink key={purpose} purpose={purpose} />
      </div>
      <p className="mt-5 text-center">
        <button type="button" className="button button-quiet" onClick={() => choose(null)}>
          {signIn('withPassword')}
        </button>
      </p>
    </div>
  )
}

/** Ways in without the password. A shop that sends no mail has none. */
function OtherWays({ choose }: Pick<AskingProps, 'choose'>) {
  const t = useTranslations('askLink')
  const signIn = useTranslations('signIn')
  if (!useSendsMail()) return <p className="mt-2 text-center text-small text-soft">{signIn('forgot')}</p>
  return (
    <p className="mt-2 flex flex-wrap justify-center gap-x-2">
      <button type="button" className="button button-quiet" onClick={() => choose('reset_password')}>
        {t('reset')}
      </button>
      <button type="button" className="button button-quiet" onClick={() => choose('sign_in')}>
        {t('signIn')}
      </button>
    </p>
  )
}

/** What a guest bought in this browser goes along to the account. */
function GuestsOrders() {
  const t = useTranslations('signIn')
  const toOrders = useTranslations('orders')
  const { data: current } = useQuery(currentUserQuery)
  const isGuest = current?.user?.kind === 'guest'
  const { data: orders } = useInfiniteQuery({ ...myOrdersQuery(), enabled: isGuest })
  if (!isGuest || !orders?.pages.some(({ items }) => items.length > 0)) return null
  return (
    <div className="mt-4">
      <Notice tone="warm" title={t('guestTitle')}>
        <p>{t('guestText')}</p>
        <Link to="/orders" className="button mt-3">
          {toOrders('title')}
        </Link>
      </Notice>
    </div>
  )
}
