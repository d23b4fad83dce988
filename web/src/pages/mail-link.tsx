// What a link of an email opens, once its button is pressed: an order, all orders of an address, an
// account, or the form for a new password.
import type { LinkView } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { ApiError, call } from '../api/client.ts'
import { expectSession } from '../api/session.ts'
import { Link } from '../navigation/link.tsx'
import { useGo } from '../navigation/router.tsx'
import { AskLink } from '../parts/ask-link.tsx'
import { Field, Notice, PageTitle, useFailureText } from '../parts/basics.tsx'
import { Invitation } from './invitation.tsx'

/** The tokens of emails have three parts; that of the operator's link has one. */
export const isOfMail = (token: string) => token.split('.').length === 3

export function MailLink({ token }: { readonly token: string }) {
  const t = useTranslations('mailLink')
  const go = useGo()
  const client = useQueryClient()
  const invitation = useTranslations('invitation')
  const [opened, setOpened] = useState<LinkView | null>(null)
  const redeeming = useMutation({
    mutationFn: async () => {
      const view = await call<LinkView>('/api/users/links/redeem', { method: 'POST', body: { token } })
      if (!isForLater(view)) await expectSession(client)
      return view
    },
    onSuccess: async (view) => {
      if (isForLater(view)) return setOpened(view)
      // The session may be another person's now: nothing that was read before may be shown.
      client.clear()
      if (view.passwordRemoved) return setOpened(view)
      await go(view.orderId === undefined ? '/orders' : `/orders/${view.orderId}`, { replace: true })
    },
  })
  if (opened?.purpose === 'reset_password') return <NewPassword token={token} />
  if (opened?.passwordRemoved) return <PasswordRemoved />
  if (opened?.invitation) {
    return (
      <Panel title={invitation('title')}>
        <Invitation token={token} invitation={opened.invitation} />
      </Panel>
    )
  }
  return (
    <Panel title={t('title')}>
      <p>{t('text')}</p>
      {redeeming.isError && <LinkFailure error={redeeming.error} />}
      {!isOver(redeeming.error) && (
        <button
          type="button"
          className="button button-main button-large"
          disabled={redeeming.isPending}
          onClick={() => redeeming.mutate()}
        >
          {t('open')}
        </button>
      )}
    </Panel>
  )
}

/** It opens nothing by itself: somebody chooses a password, or accepts. */
const isForLater = ({ purpose }: LinkView) => purpose === 'reset_password' || purpose === 'invitation'

/** Whether the link will never work again. */
const isOver = (error: unknown) =>
  error instanceof ApiError && (error.code === 'link_expired' || error.code === 'link_used')

function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="mx-auto max-w-md pt-8">
      <PageTitle title={title}>{title}</PageTitle>
      <div className="panel mt-6 grid gap-4 p-5 sm:p-6">{children}</div>
    </div>
  )
}

function LinkFailure({ error }: { readonly error: unknown }) {
  const t = useTranslations('mailLink')
  const failureText = useFailureText()
  if (!isOver(error)) return <Notice tone="bad" title={failureText(error)} />
  const isUsed = error instanceof ApiError && error.code === 'link_used'
  return (
    <>
      <Notice tone="bad" title={isUsed ? t('used') : t('expired')}>
        <p>{isUsed ? t('usedText') : t('expiredText')}</p>
      </Notice>
      <AskLink purpose="my_tickets" />
    </>
  )
}

function SaveFailure({ error }: { readonly error: unknown }) {
  const t = useTranslations('mailLink')
  const signIn = useTranslations('signIn')
  const failureText = useFailureText()
  const code = error instanceof ApiError ? error.code : ''
  if (code === 'invalid_request') return <Notice tone="bad" title={signIn('passwordSameAsEmail')} />
  if (!isOver(error)) return <Notice tone="bad" title={failureText(error)} />
  return (
    <Notice tone="bad" title={code === 'link_used' ? t('used') : t('expired')}>
      <Link to="/sign-in" search={{ reset: '1' }} className="button mt-3">
        {signIn('signIn')}
      </Link>
    </Notice>
  )
}

function PasswordRemoved() {
  const t = useTranslations('mailLink')
  return (
    <Panel title={t('removedTitle')}>
      <p>{t('removedText')}</p>
      <AskLink purpose="reset_password" />
      <Link to="/orders" className="button justify-self-start">
        {t('toOrders')}
      </Link>
    </Panel>
  )
}

function NewPassword({ token }: { readonly token: string }) {
  const t = useTranslations('mailLink')
  const signIn = useTranslations('signIn')
  const client = useQueryClient()
  const { register, handleSubmit, formState } = useForm<{ password: string }>()
  const saving = useMutation({
    mutationFn: (password: string) =>
      call('/api/users/password/reset', { method: 'POST', body: { token, password } }),
    // A session of this account that was open here has ended.
    onSuccess: () => client.clear(),
  })
  if (saving.isSuccess) {
    return (
      <Panel title={t('passwordSaved')}>
        <p>{t('passwordSavedText')}</p>
        <Link to="/sign-in" search={{ to: '/orders' }} className="button button-main justify-self-start">
          {signIn('signIn')}
        </Link>
      </Panel>
    )
  }
  return (
    <Panel title={t('newTitle')}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => void handleSubmit((fields) => saving.mutate(fields.password))(event)}
      >
        <Field
          label={t('newPassword')}
          hint={signIn('passwordHint')}
          error={formState.errors.password && signIn('passwordMissing')}
          input={{
            type: 'password',
            autoComplete: 'new-password',
            ...register('password', { required: true, minLength: 8 }),
          }}
        />
        {saving.isError && <SaveFailure error={saving.error} />}
        <button type="submit" className="button button-main button-large" disabled={saving.isPending}>
          {t('savePassword')}
        </button>
      </form>
    </Panel>
  )
}
