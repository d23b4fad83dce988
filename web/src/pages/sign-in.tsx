// Sign in, or make an account. Wrong password and unknown address are told alike, as the shop tells
// them.
import { isEmailAddress } from '@holdfast/contract/text'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { currentUserQuery, myOrdersQuery } from '../api/queries.ts'
import { expectSession } from '../api/session.ts'
import { Link } from '../navigation/link.tsx'
import { useGo, useSearchValue } from '../navigation/router.tsx'
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
    },
    onSuccess: async () => {
      // Another person: nothing that was read for the one before may be shown.
      client.clear()
      // An address on another site is nobody's to ask for.
      await go(/^\/[^/\\]/.test(to) ? to : '/organiser')
    },
  })
  const passwordError = formState.errors.password?.type
  const title = fresh ? t('signUp') : t('signIn')
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
      {!fresh && <p className="mt-2 text-center text-small text-soft">{t('forgot')}</p>}
    </div>
  )
}

/** Orders are the guest's, and whoever signs in is not him any more. */
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
